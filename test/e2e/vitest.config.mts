import { defineConfig } from "vitest/config";

/** The suites in a real VS Code host, one after the other: each has a server and a browser of its own. */
export default defineConfig({
  root: new URL("../..", import.meta.url).pathname,
  test: {
    include: ["test/e2e/**/*.e2e.ts"],
    setupFiles: ["test/e2e/setup.ts"],
    pool: "forks",
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 600_000,
    teardownTimeout: 60_000,
  },
});
