import { startStripeStandIn } from "./stand-in";

/**
 * Runs the stand-in as a process of its own, until SIGINT or SIGTERM. Environment: `STRIPE_STAND_IN_PORT`
 * (12111), `STRIPE_WEBHOOK_URL`, `STRIPE_WEBHOOK_SECRET`, `STRIPE_STAND_IN_STATE` (a file; absent: in memory).
 */
async function main(): Promise<void> {
  const standIn = await startStripeStandIn({
    port: Number(process.env.STRIPE_STAND_IN_PORT || 12111),
    webhookUrl: process.env.STRIPE_WEBHOOK_URL || undefined,
    webhookSecret: process.env.STRIPE_WEBHOOK_SECRET || undefined,
    stateFile: process.env.STRIPE_STAND_IN_STATE || undefined,
  });
  console.log(`Stripe stand-in listens on ${standIn.url}`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      void standIn.close().then(() => process.exit(0));
    });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
