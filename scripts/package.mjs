/**
 * npm run package [-- --target linux-x64] [--out FOLDER]: makes the extension's .vsix for a platform (this one's when
 * none is named) and shows its size.
 */
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { fail, install, root } from "./lib/prepare.mjs";

let values;
try {
  ({ values } = parseArgs({ options: { target: { type: "string", short: "t", default: `${process.platform}-${process.arch}` }, out: { type: "string", default: root } } }));
} catch (error) {
  fail(`${error.message} Use: npm run package -- --target linux-x64 --out FOLDER.`);
}
install();
const [{ archiveSizes }, { stagePackage }, { targets }, { createVSIX }] = await Promise.all([
  import("./lib/archive-sizes.mjs"),
  import("./lib/stage-package.mjs"),
  import("./lib/targets.mjs"),
  import("@vscode/vsce"),
]);
const { target, out } = values;
if (!targets().has(target)) fail(`There is no package for "${target}". Targets: ${[...targets().keys()].join(", ")}.`);

const cwd = await stagePackage(target);
const { version, name } = JSON.parse((await import("node:fs")).readFileSync(path.join(cwd, "package.json"), "utf8"));
mkdirSync(out, { recursive: true });
const packagePath = path.resolve(out, `${name}-${target}-${version}.vsix`);
await createVSIX({ cwd, packagePath, target, dependencies: false, allowMissingRepository: true, rewriteRelativeLinks: false, gitHubIssueLinking: false, gitLabIssueLinking: false });

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
console.log(`\n${packagePath}: ${megabytes(statSync(packagePath).size)}`);
for (const { part, files, bytes, unpacked } of await archiveSizes(packagePath)) {
  console.log(`  ${megabytes(bytes).padStart(8)}  ${part} (${files} files, ${megabytes(unpacked)} unpacked)`);
}
