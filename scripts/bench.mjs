/** npm run bench [-- NAME arguments]: bundles bench/NAME.ts (step where no name is given) and runs it. */
import { install, runNode } from "./lib/prepare.mjs";

const [first, ...others] = process.argv.slice(2);
const named = first !== undefined && !first.startsWith("-");
const name = named ? first : "step";
const given = named ? others : process.argv.slice(2);

install();
const { bundleOrExit } = await import("./lib/bundle.mjs");
await bundleOrExit({ entryPoints: [`bench/${name}.ts`], outfile: `out/bench/${name}.cjs` });
process.exitCode = await runNode(`out/bench/${name}.cjs`, given);
