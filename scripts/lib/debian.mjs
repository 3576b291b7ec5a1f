/** Debian's packages, for the two programs a VS Code host needs that npm does not carry (a browser, ripgrep). */
import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/** The file of a program on PATH, or undefined. */
export function findOnPath(name) {
  const endings = process.platform === "win32" ? (process.env.PATHEXT ?? ".EXE;.CMD").split(";") : [""];
  for (const folder of (process.env.PATH ?? "").split(path.delimiter).filter(Boolean)) {
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      if (isProgram(file)) return file;
    }
  }
  return undefined;
}

export function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** True where apt-get is there and this user may install with it. */
export function mayInstall() {
  return process.platform === "linux" && process.getuid?.() === 0 && findOnPath("apt-get") !== undefined;
}

/** Installs a package with apt-get; false, with apt's own words on stderr, where that failed. */
export function installDebianPackage(name) {
  console.error(`Installing Debian's package ${name} (apt-get) ...`);
  const apt = (...args) => spawnSync("apt-get", args, { stdio: ["ignore", "ignore", 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } }).status === 0;
  const install = () => apt("install", "--yes", "--no-install-recommends", "-qq", name);
  // Lists of packages may be absent or old: they are fetched only where the first try failed.
  return install() || (apt("update", "-qq") && install());
}
