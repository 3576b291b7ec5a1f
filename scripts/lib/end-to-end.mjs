/** The end-to-end suites as one function, for `npm run test:e2e` and `npm test`. Needs node_modules. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { requireBrowser } from "./browser.mjs";
import { countTests } from "./count-tests.mjs";
import { root, runNode } from "./prepare.mjs";
import { requireServer } from "./vscode-server.mjs";

/**
 * Sets up VS Code and its browser, then runs the files *.e2e.ts of test/e2e on what the build has left in out/. Pictures of
 * the windows of failed tests are left in out/e2e-failures. A host that cannot
 * be had is one failure with a sentence.
 * @param {string[]} args vitest's own arguments, e.g. part of a file's name
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function testEndToEnd(args = []) {
  const report = `${root}/out/test-report-e2e.json`;
  mkdirSync(`${root}/out`, { recursive: true });
  rmSync(report, { force: true });
  rmSync(`${root}/out/e2e-failures`, { recursive: true, force: true });
  try {
    await requireServer();
    requireBrowser();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const vitest = ["run", "--config", "test/e2e/vitest.config.mts", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const code = await runNode("node_modules/vitest/vitest.mjs", [...vitest, ...args]);
  const counts = countTests(existsSync(report) ? readFileSync(report, "utf8") : undefined);
  // vitest also fails for an error outside of every test.
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
