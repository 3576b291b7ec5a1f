/** npm run test:e2e [-- FILES]: installs, builds, sets up a VS Code, runs the end-to-end suites, and counts them in the last line. */
import { install, runNode } from "./lib/prepare.mjs";

install();
const { testEndToEnd } = await import("./lib/end-to-end.mjs");
const built = await runNode("scripts/build.mjs", []);
const { passed, failed, skipped } = built === 0 ? await testEndToEnd(process.argv.slice(2)) : { passed: 0, failed: 1, skipped: 0 };
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
if (passed === 0) console.error("No test passed.");
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
