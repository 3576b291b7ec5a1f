/** The sample's data as the package carries it, prepared from the npm package by the program's own code. */
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { bundle } from "./bundle.mjs";
import { root } from "./prepare.mjs";

/** @returns {Promise<Buffer>} gzip of JSON lines (src/data/samples/packed-sample.ts) */
export async function packedSample() {
  // Inside the project, so that the npm package is found from there.
  const folder = mkdtempSync(path.join(root, "out", "pack-sample-"));
  try {
    const outfile = path.join(folder, "out", "pack-sample.js");
    const contents = 'export { packSample } from "./packed-sample.js"; export { prepareSpamAssassin } from "./spam-assassin.js";';
    await bundle({ stdin: { contents, resolveDir: path.join(root, "src", "data", "samples"), loader: "ts" }, outfile, sourcemap: false });
    const { packSample, prepareSpamAssassin } = createRequire(outfile)(outfile);
    console.error("Preparing the sample's data ...");
    return await packSample(await prepareSpamAssassin());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
