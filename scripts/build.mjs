/** npm run build [-- --out FOLDER]: bundles the command line into out/ptune.js. */
import { chmodSync } from "node:fs";
import path from "node:path";
import { install, root } from "./lib/prepare.mjs";

install();
const { bundleOrExit } = await import("./lib/bundle.mjs");
const at = process.argv.indexOf("--out");
const outfile = path.resolve(root, at > 0 ? (process.argv[at + 1] ?? "out") : "out", "ptune.js");
await bundleOrExit({ entryPoints: ["src/cli/main.ts"], outfile, banner: { js: "#!/usr/bin/env node" } });
chmodSync(outfile, 0o755);
