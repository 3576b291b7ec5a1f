/** Puts together what a .vsix holds, in a folder of its own: nothing that is not needed at run time. */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { thirdPartyNotices } from "./notices.mjs";
import { fail, root, runNode } from "./prepare.mjs";
import { packedSample } from "./packed-sample.mjs";
import { runtimeFiles } from "./targets.mjs";

/** Not of use inside the editor. */
const leftOut = [/^media\/readme[-/]/, /^media\/screenshots\//, /^media\/sample-workspace\//, /\.map$/, /^out\/ptune\.js$/, /\/\.DS_Store$/];

/** @returns {Promise<string>} the folder */
export async function stagePackage(target) {
  const stage = path.join(root, "out", "package", target);
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(path.join(stage, "media"), { recursive: true });
  if ((await runNode("scripts/build.mjs", ["--out", path.join(stage, "out"), "--minify"])) !== 0) fail("The package was not made.");

  const carried = ["onnxruntime-node", "onnxruntime-common"];
  const maps = readdirSync(path.join(stage, "out"), { recursive: true }).filter((name) => name.endsWith(".js.map") && name !== "ptune.js.map");
  writeFileSync(path.join(stage, "ThirdPartyNotices.txt"), thirdPartyNotices(maps.map((name) => path.join(stage, "out", name)), carried.map((name) => path.join(root, "node_modules", name))));

  for (const name of ["LICENSE", "CHANGELOG.md", "l10n", "media", "schemas", ...readdirSync(root).filter((one) => /^package\.nls\..*json$/.test(one))]) {
    if (existsSync(path.join(root, name))) cpSync(path.join(root, name), path.join(stage, name), { recursive: true });
  }
  mkdirSync(path.join(stage, "media", "samples"), { recursive: true });
  writeFileSync(path.join(stage, "media", "samples", "spam-assassin.jsonl.gz"), await packedSample());
  writeFileSync(path.join(stage, "README.md"), readmeWithoutFiles(readFileSync(path.join(root, "README.md"), "utf8")));
  writeFileSync(path.join(stage, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
  // Beside the bundles that require them: vsce leaves out a node_modules at the top.
  const modules = path.join(stage, "out", "node_modules");
  for (const file of runtimeFiles(target)) copyModule(modules, "onnxruntime-node", file);
  for (const file of ["package.json", "README.md", path.join("dist", "cjs")]) copyModule(modules, "onnxruntime-common", file);

  for (const name of readdirSync(stage, { recursive: true })) {
    if (leftOut.some((pattern) => pattern.test(name.split(path.sep).join("/")))) rmSync(path.join(stage, name), { force: true });
  }
  requireNamedFiles(stage);
  return stage;
}

function copyModule(modules, name, file) {
  cpSync(path.join(root, "node_modules", name, file), path.join(modules, name, file), { recursive: true, filter: (from) => !/\.(map|d\.ts)$/.test(from) });
}

/** package.json as the editor reads it. */
function manifest() {
  const { private: _private, bin: _bin, scripts: _scripts, dependencies: _dependencies, devDependencies: _devDependencies, ...rest } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  return { ...rest, engines: { vscode: rest.engines.vscode } };
}

/** The editor shows the text only: pictures and links to files of the repository would lead nowhere. */
function readmeWithoutFiles(text) {
  return text
    .replace(/^!\[[^\]]*\]\((?!https:)[^)]*\)\n*/gm, "")
    .replace(/<img\b(?![^>]*src="https:)[^>]*>\n*/g, "")
    .replace(/\[([^\]]+)\]\((?!https?:|#)[^)]*\)/g, "$1");
}

/** Every file that package.json names must be there. */
function requireNamedFiles(stage) {
  const named = JSON.stringify(manifest()).match(/"(?:\.\/)?(?:out|media|l10n|schemas)\/[^"]*"|"\.\/[^"]*"/g) ?? [];
  const missing = [...new Set(named.map((name) => JSON.parse(name)))].filter((name) => !existsSync(path.join(stage, name)));
  if (missing.length > 0) fail(`package.json names files that are not in the package: ${missing.join(", ")}.`);
}
