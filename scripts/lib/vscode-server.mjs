/**
 * VS Code's server, out of the npm package code-server, under .vscode-test/code-server: the host of the end-to-end tests
 * and of `npm start` where no VS Code is installed. It is set up once; a marker written last says that it is whole.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import lockfile from "proper-lockfile";
import { findOnPath, installDebianPackage, mayInstall } from "./debian.mjs";
import { npmCommand, root } from "./prepare.mjs";

/** code-server 4.100.3 is VS Code 1.100.3, the oldest that package.json's "engines" allows. */
export const serverVersion = "4.100.3";

/** Packages with native code, whose file must be there after `npm rebuild`. */
const native = ["@vscode/spdlog", "native-watchdog", "node-pty"];

const cache = path.join(root, ".vscode-test");
const home = path.join(cache, "code-server");
const marker = path.join(home, "ready.json");
const vscode = path.join(home, "node_modules", "code-server", "lib", "vscode");

/**
 * The server's program. Sets it up where that has not been done; several processes may ask at once.
 * @throws Error with a sentence: what is missing and what to do.
 */
export async function requireServer() {
  const program = path.join(vscode, "out", "server-main.js");
  if (isWhole(program)) return program;
  mkdirSync(cache, { recursive: true });
  const unlock = await lockfile.lock(cache, { lockfilePath: path.join(cache, "code-server.lock"), stale: 60_000, retries: { retries: 600, minTimeout: 500, maxTimeout: 1000 } });
  try {
    if (!isWhole(program)) await setUp();
    return program;
  } finally {
    await unlock();
  }
}

/** What the marker must say. Native code belongs to one Node (by its ABI) and one platform. */
function expected() {
  return { server: serverVersion, platform: `${process.platform}-${process.arch}`, nodeAbi: process.versions.modules };
}

function isWhole(program) {
  try {
    return JSON.stringify(JSON.parse(readFileSync(marker, "utf8"))) === JSON.stringify(expected()) && existsSync(program);
  } catch {
    return false;
  }
}

async function setUp() {
  if (process.platform === "win32") {
    throw new Error("The npm package code-server does not run on Windows. Install VS Code, and use it: VSCODE_TEST_HOST=electron for the tests, or npm start.");
  }
  console.error(`Setting up VS Code's server (code-server ${serverVersion}, once, about 300 MB on the disk) ...`);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, "package.json"), '{ "private": true }\n');
  await npm(home, ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", `code-server@${serverVersion}`]);
  await npm(vscode, ["install", "--ignore-scripts", "--omit=dev", "--no-save", "--no-audit", "--no-fund"]);
  for (const name of native) await buildNative(name);
  symlinkSync("node_modules", path.join(vscode, "node_modules.asar"));
  linkRipgrep();
  writeFileSync(marker, `${JSON.stringify(expected())}\n`);
}

async function npm(folder, args) {
  const { status, stderr, error } = await runNpm(folder, args);
  if (status === 0) return;
  throw new Error(`VS Code's server could not be installed: npm ${args[0]} failed. ${lastWords(stderr, error)} Where it is about the network, check the connection (or the proxy) and run the command again.`);
}

/** The exit code can be 1 from a noisy post-install although the code was built: the file decides. */
async function buildNative(name) {
  const { stderr, error } = await runNpm(vscode, ["rebuild", name]);
  const built = path.join(vscode, "node_modules", name, "build", "Release");
  if (existsSync(built) && readdirSync(built).some((file) => file.endsWith(".node"))) return;
  throw new Error(`VS Code's server could not be set up: ${name} could not be compiled. ${lastWords(stderr, error)} It needs Python 3, make and a C++ compiler (on Debian or Ubuntu: sudo apt-get install python3 make g++).`);
}

function runNpm(folder, args) {
  const [command, all, shell] = npmCommand(args);
  // npm hands its own settings to its children (this may be `npm run`): those of this project must not reach the other.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_(ignore_scripts|omit|prefix|local_prefix)$/i.test(name)));
  // Not spawnSync: the lock is kept fresh by a timer of this process.
  const child = spawn(command, all, { cwd: folder, shell, env, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ error, stderr }));
    child.on("close", (status) => resolve({ status, stderr }));
  });
}

function lastWords(stderr, error) {
  if (error) return `npm could not be started (${error.code}).`;
  const lines = stderr.split("\n").filter((line) => /error/i.test(line) && !/complete log|npm error\s*$/.test(line));
  return lines.length > 0 ? `Its words: ${lines.slice(0, 3).join(" ").slice(0, 400)}.` : "";
}

/** The package @vscode/ripgrep fetches its program in a post-install that is not run here: findFiles needs one. */
function linkRipgrep() {
  const program = findOnPath("rg") ?? (mayInstall() && installDebianPackage("ripgrep") ? findOnPath("rg") : undefined);
  if (!program) throw new Error("ripgrep (rg) was not found; VS Code searches files with it. Install it (on Debian or Ubuntu: sudo apt-get install ripgrep, on macOS: brew install ripgrep) and run the command again.");
  const bin = path.join(vscode, "node_modules", "@vscode", "ripgrep", "bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(program, path.join(bin, "rg"));
}
