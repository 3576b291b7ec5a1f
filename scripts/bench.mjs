/** npm run bench [-- arguments]: bundles bench/step.ts and runs it. */
import { install, runNode } from "./lib/prepare.mjs";

install();
const { bundleOrExit } = await import("./lib/bundle.mjs");
await bundleOrExit({ entryPoints: ["bench/step.ts"], outfile: "out/bench/step.cjs" });
process.exitCode = await runNode("out/bench/step.cjs", process.argv.slice(2));
