import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "../host/host.js";

/** Packs the extension as `npm run package` does and returns the .vsix. */
export function packageExtension(folder: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(projectFolder, "scripts", "package.mjs"), "--out", folder], { cwd: projectFolder, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm run package failed:\n${stderr.slice(-2000)}`);
  console.log(stdout.trim().split("\n").filter((line) => / MB/.test(line)).map((line) => line.replace(`${folder}${path.sep}`, "")).join("\n"));
  const file = readdirSync(folder).find((name) => name.endsWith(".vsix"));
  if (!file) throw new Error("npm run package made no .vsix.");
  return path.join(folder, file);
}
