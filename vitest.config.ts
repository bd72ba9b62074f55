import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Passed on to Node, which must not be told "import": a require would then get an ES module (pg asks for pg-pool so).
const conditions = ["react-server", "node"];

export default defineConfig({
  resolve: {
    alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") },
    conditions,
  },
  ssr: { resolve: { conditions } },
  test: {
    include: ["{app,components,db,lib,scripts}/**/*.test.{ts,tsx}"],
    globalSetup: "./scripts/vitest-setup.ts",
    pool: "forks",
    execArgv: ["--conditions=react-server"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for takes as long as it takes on a busy machine.
    expect: { poll: { timeout: 15_000 } },
    // A test run that finds no tests has not passed.
    passWithNoTests: false,
    reporters: ["default"],
  },
});
