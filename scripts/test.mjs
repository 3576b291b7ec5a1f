/** npm test [-- vitest's arguments]: installs, checks the types, builds, runs all tests, and counts them in the last line. */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { install, root, runNode } from "./lib/prepare.mjs";

install();
const report = `${root}/out/test-report.json`;
mkdirSync(`${root}/out`, { recursive: true });
rmSync(report, { force: true });

const types = await runNode("node_modules/typescript/bin/tsc", ["--noEmit"]);
if (types !== 0) console.error("The type check failed (above). The tests are run all the same.");
const built = await runNode("scripts/build.mjs", []);
const tests =
  built === 0 ? await runNode("node_modules/vitest/vitest.mjs", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...process.argv.slice(2)]) : built;

const { passed, failed, skipped } = count();
process.exitCode = types === 0 && built === 0 && tests === 0 && failed === 0 && passed > 0 ? 0 : 1;
if (passed === 0) console.error("No test passed.");
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);

/** A test file that could not even be loaded counts as one failure. */
function count() {
  let results;
  try {
    results = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    return { passed: 0, failed: built === 0 ? 1 : 0, skipped: 0 };
  }
  const unloaded = results.testResults.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0).length;
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + unloaded,
    skipped: results.numPendingTests + (results.numTodoTests ?? 0),
  };
}
