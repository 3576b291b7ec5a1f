/** npm run demo [-- options of "ptune run"]: on a fresh clone installs, builds, and runs the demo's experiment. */
import { install, runNode } from "./lib/prepare.mjs";

install();
const built = await runNode("scripts/build.mjs", []);
process.exitCode = built === 0 ? await runNode("out/ptune.js", ["run", "media/demo/spam.ptune.json", ...process.argv.slice(2)]) : built;
