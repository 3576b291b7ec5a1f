/**
 * npm test: installs, checks the types, builds, runs all tests (those of VS Code's window last, in a host that is set up
 * where there is none), and counts them in the last line. With arguments for vitest, only the tests they name without
 * VS Code: npm test -- test/runs.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { countTests } from "./lib/count-tests.mjs";
import { install, root, runNode } from "./lib/prepare.mjs";

install();
const { testEndToEnd } = await import("./lib/end-to-end.mjs");
const chosen = process.argv.slice(2);
const report = `${root}/out/test-report.json`;
mkdirSync(`${root}/out`, { recursive: true });
rmSync(report, { force: true });

const compile = (...args) => runNode("node_modules/typescript/bin/tsc", ["--noEmit", ...args]);
const types = (await compile()) + (await compile("-p", "webview")) + (await compile("-p", "test/webview"));
if (types !== 0) console.error("The type check failed (above). The tests are run all the same.");
const built = await runNode("scripts/build.mjs", []);
const counts = [built === 0 ? await testUnits() : { passed: 0, failed: 1, skipped: 0 }];
if (built === 0 && chosen.length === 0) counts.push(await testEndToEnd());

const total = (part) => counts.reduce((sum, each) => sum + each[part], 0);
process.exitCode = types === 0 && built === 0 && total("failed") === 0 && total("passed") > 0 ? 0 : 1;
if (total("passed") === 0) console.error("No test passed.");
console.log(`${total("passed")} passed, ${total("failed")} failed, ${total("skipped")} skipped`);

async function testUnits() {
  const code = await runNode("node_modules/vitest/vitest.mjs", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...chosen]);
  const found = countTests(existsSync(report) ? readFileSync(report, "utf8") : undefined);
  // vitest also fails for an error outside of every test.
  return code !== 0 && found.failed === 0 ? { ...found, failed: 1 } : found;
}
