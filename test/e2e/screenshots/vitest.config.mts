import { defineConfig } from "vitest/config";

/** npm run screenshots: the host of ../vitest.config.mts, with files that take pictures. */
export default defineConfig({
  root: new URL("../../..", import.meta.url).pathname,
  test: {
    include: ["test/e2e/**/*.screens.ts"],
    setupFiles: ["test/e2e/setup.ts"],
    pool: "forks",
    maxWorkers: 1,
    testTimeout: 600_000,
    // Training the pictures' runs for the first time.
    hookTimeout: 1_800_000,
  },
});
