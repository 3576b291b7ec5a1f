/** An installed VS Code (or Insiders, or VSCodium) that is new enough for package.json's "engines". */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { findOnPath, isProgram } from "./debian.mjs";
import { root } from "./prepare.mjs";

const names = ["code", "code-insiders", "codium"];

/** @returns {string | undefined} the command that starts it; says so where one was found that is too old */
export function findEditor() {
  const least = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).engines.vscode.replace(/^\D+/, "");
  for (const program of [...names.map(findOnPath), ...usualPlaces()]) {
    if (!program || !isProgram(program)) continue;
    const version = versionOf(program);
    if (version && isAtLeast(version, least)) return program;
    console.error(`${program} ${version ? `is ${version}` : "did not tell its version"}; ${least} or newer is needed.`);
  }
  return undefined;
}

function usualPlaces() {
  if (process.platform === "darwin") {
    const apps = ["Visual Studio Code", "Visual Studio Code - Insiders", "VSCodium"];
    return ["/Applications", path.join(os.homedir(), "Applications")].flatMap((folder) => apps.map((app) => path.join(folder, `${app}.app`, "Contents", "Resources", "app", "bin", app === "VSCodium" ? "codium" : "code")));
  }
  if (process.platform === "win32") {
    const roots = [process.env.LOCALAPPDATA && path.join(process.env.LOCALAPPDATA, "Programs"), process.env.PROGRAMFILES].filter(Boolean);
    return roots.flatMap((folder) => [path.join(folder, "Microsoft VS Code", "bin", "code.cmd"), path.join(folder, "VSCodium", "bin", "codium.cmd")]);
  }
  return ["/usr/share/code/bin/code", "/snap/bin/code", "/opt/visual-studio-code/bin/code", "/usr/share/codium/bin/codium"];
}

function versionOf(program) {
  const { stdout } = spawnSync(quoted(program), ["--version"], { encoding: "utf8", shell: process.platform === "win32", timeout: 30_000 });
  return /^\d+\.\d+\.\d+/.exec(stdout ?? "")?.[0];
}

/** A .cmd is run by the shell of Windows, which splits at spaces. */
export function quoted(text) {
  return process.platform === "win32" ? `"${text}"` : text;
}

function isAtLeast(version, least) {
  const [a, b] = [version, least].map((one) => one.split(".").map(Number));
  const i = b.findIndex((part, k) => part !== (a[k] ?? 0));
  return i === -1 || a[i] > b[i];
}
