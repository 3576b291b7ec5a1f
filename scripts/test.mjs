/** npm test [-- vitest's arguments]: installs, checks the types, builds, runs all tests, and counts them in the last line. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { countTests } from "./lib/count-tests.mjs";
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

const { passed, failed, skipped } = countTests(existsSync(report) ? readFileSync(report, "utf8") : undefined);
process.exitCode = types === 0 && built === 0 && tests === 0 && failed === 0 && passed > 0 ? 0 : 1;
if (passed === 0) console.error("No test passed.");
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
