/**
 * What every script needs before its own work: the right Node, and the packages of package-lock.json. Only Node's own
 * modules are used here, because on a fresh clone there is nothing else.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** Ends the process with a sentence where Node is older than package.json's "engines" asks for. */
export function requireNode() {
  const least = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).engines.node.replace(/^\D+/, "");
  const [major, minor = 0] = least.split(".").map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split(".").map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  fail(`Node.js ${least} or newer is needed; this is ${process.versions.node}. Install it from https://nodejs.org and run the command again.`);
}

/** Runs `npm ci` where packages of the lock file are missing or of another version. */
export function install() {
  requireNode();
  const missing = missingPackages();
  if (missing === 0) return;
  console.error(`Installing ${missing} packages (npm ci) ...`);
  const [command, args, shell] = npmCommand(["ci", "--no-audit", "--no-fund"]);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2], shell });
  if (error) fail(`npm could not be started (${error.code}). It comes with Node.js; check the installation.`);
  if (status !== 0) fail("npm ci failed; its own message stands above. Where it is about the network, check the connection (or the proxy) and run the command again.");
}

/** How many packages of package-lock.json are not installed as it says. Packages that belong to other systems do not count. */
export function missingPackages() {
  const wanted = readLock(path.join(root, "package-lock.json"));
  if (!wanted) fail("package-lock.json is missing or damaged; restore it with: git checkout package-lock.json");
  const installed = readLock(path.join(root, "node_modules", ".package-lock.json")) ?? {};
  const names = Object.keys(wanted).filter((name) => name !== "" && !wanted[name].link);
  return names.filter((name) => {
    const { version, optional } = wanted[name];
    const found = installed[name];
    if (!found) return !optional;
    return found.version !== version || !existsSync(path.join(root, name, "package.json"));
  }).length;
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** How npm is started: through the npm that runs this script, where there is one. */
export function npmCommand(args) {
  const own = process.env.npm_execpath;
  if (own && /\.c?js$/.test(own)) return [process.execPath, [own, ...args], false];
  return ["npm", args, process.platform === "win32"];
}

/**
 * Runs a Node script and resolves with its exit code. Signals of the terminal reach the child by themselves (it is of
 * the same group); this process only waits, so that the child can end cleanly. A signal sent to this process alone is
 * passed on.
 */
export function runNode(script, args, options = {}) {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: "inherit", ...options });
  const wait = () => {};
  const passOn = (signal) => child.kill(signal);
  process.on("SIGINT", wait);
  process.on("SIGTERM", passOn);
  process.on("SIGHUP", passOn);
  return new Promise((resolve) => {
    child.on("error", (error) => fail(`${script} could not be started: ${error.message}`));
    child.on("exit", (code, signal) => {
      process.off("SIGINT", wait);
      process.off("SIGTERM", passOn);
      process.off("SIGHUP", passOn);
      resolve(code ?? (signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : 1));
    });
  });
}

export function fail(message) {
  console.error(message);
  process.exit(1);
}
