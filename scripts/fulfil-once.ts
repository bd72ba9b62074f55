import { closeDatabases } from "@/db/client";
import { fulfil } from "@/lib/top-ups/fulfilment";

/** Looks at one payment page and ends: a process of its own, for tests that kill it on the way. */
const fulfilment = await fulfil(process.argv[2] ?? "");
await closeDatabases();
process.exit(fulfilment ? 0 : 1);
