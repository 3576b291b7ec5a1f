/**
 * npm run screenshots [-- --out FOLDER] [-- -t NAME]: pictures of every view (themes, Chinese) with real runs, in
 * out/screenshots or FOLDER. The runs are trained the first time (some minutes) and kept in out/screenshots-workspace.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { findOnPath, installDebianPackage, mayInstall } from "./lib/debian.mjs";
import { fail, install, root, runNode } from "./lib/prepare.mjs";

install();
const args = process.argv.slice(2);
const at = args.indexOf("--out");
const out = path.resolve(at >= 0 ? (args.splice(at, 2)[1] ?? fail("--out needs a folder.")) : path.join(root, "out", "screenshots"));
const [{ requireServer }, { requireBrowser }] = await Promise.all([import("./lib/vscode-server.mjs"), import("./lib/browser.mjs")]);
try {
  await requireServer();
  requireBrowser();
  requireChineseFont();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
if ((await runNode("scripts/build.mjs", [])) !== 0) process.exit(1);
const code = await runNode("node_modules/vitest/vitest.mjs", ["run", "--config", "test/e2e/screenshots/vitest.config.mts", ...args], { env: { ...process.env, PTUNE_SCREENSHOTS: out } });
console.log(`The pictures are in ${out}.`);
process.exitCode = code;

/** Without one, the Chinese pictures show boxes. Where fonts cannot be listed, they are taken to be there. */
function requireChineseFont() {
  const list = findOnPath("fc-list");
  if (!list || spawnSync(list, [":lang=zh-cn", "family"], { encoding: "utf8" }).stdout.trim() !== "") return;
  if (!(mayInstall() && installDebianPackage("fonts-wqy-zenhei"))) console.error("No font with Chinese characters was found: the Chinese pictures will show boxes. Install one, such as Debian's fonts-wqy-zenhei.");
}
