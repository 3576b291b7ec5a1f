/** npm run bench -- NAME [arguments]: bundles bench/NAME.ts and runs it. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { fail, install, root, runNode } from "./lib/prepare.mjs";

const [name, ...given] = process.argv.slice(2);
const names = readdirSync(path.join(root, "bench")).filter((file) => file.endsWith(".ts")).map((file) => file.slice(0, -3));
if (name === undefined || !names.includes(name)) fail(`npm run bench -- NAME, where NAME is ${names.join(" or ")}. Training steps beside PEFT's: npm run claim -- speed.`);

install();
const { bundleOrExit } = await import("./lib/bundle.mjs");
await bundleOrExit({ entryPoints: [`bench/${name}.ts`], outfile: `out/bench/${name}.cjs` });
process.exitCode = await runNode(`out/bench/${name}.cjs`, given);
