import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") },
    conditions: ["react-server", "node", "import", "module", "default"],
  },
  ssr: { resolve: { conditions: ["react-server", "node", "import", "module", "default"] } },
  test: {
    include: ["{app,components,db,lib,scripts}/**/*.test.{ts,tsx}"],
    globalSetup: "./scripts/vitest-setup.ts",
    pool: "forks",
    execArgv: ["--conditions=react-server"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A test run that finds no tests has not passed.
    passWithNoTests: false,
    reporters: ["default"],
  },
});
