/** Starts VS Code's server on a free port, and ends it with everything it started. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import { endProcesses, hostMark, processesMarked, processesUnder } from "./processes.mjs";
import { requireServer } from "./vscode-server.mjs";

const startTimeout = 60_000;

/**
 * @param {{ dataFolder: string, env?: Record<string, string | undefined> }} options dataFolder keeps the settings, the
 *   state and the installed extensions; its "server.log" is what the server printed.
 */
export async function startServer({ dataFolder, env = {} }) {
  const mark = randomUUID();
  const program = await requireServer();
  mkdirSync(dataFolder, { recursive: true });
  const args = [program, "--host", "127.0.0.1", "--port", "0", "--without-connection-token", "--accept-server-license-terms", "--server-data-dir", dataFolder];
  const child = spawn(process.execPath, [...args, "--telemetry-level", "off"], { env: serverEnv({ ...env, [hostMark]: mark }), stdio: ["ignore", "pipe", "pipe"] });
  const log = createWriteStream(path.join(dataFolder, "server.log"), { flags: "a" });
  child.stderr.pipe(log, { end: false });
  child.stdout.pipe(log, { end: false });
  const port = await listening(child);
  return {
    port,
    pid: child.pid,
    /** Resolves when the server has ended by itself. */
    ended: new Promise((resolve) => child.once("exit", resolve)),
    stop: async () => {
      await endProcesses([child.pid, ...(await processesUnder(child.pid))]);
      // Those that outlived their parent on purpose, such as a run that goes on in the background.
      await endProcesses(processesMarked(mark));
      log.end();
    },
  };
}

/**
 * The page of a window.
 * @param {{ port: number, workspace?: string, extension?: string }} options folders; without a workspace the window has
 *   none. A page takes one extension under development.
 */
export function pageAddress({ port, workspace, extension }) {
  const payload = [["skipWelcome", "true"]];
  if (extension) payload.push(["extensionDevelopmentPath", `vscode-remote://localhost:${port}${extension}`]);
  const opened = workspace ? `folder=${encodeURIComponent(workspace)}` : "ew=true";
  return `http://localhost:${port}/?${opened}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

/** @param {{ dataFolder: string, vsix: string }} options the server of the data folder need not run */
export async function installExtension({ dataFolder, vsix }) {
  const program = await requireServer();
  const args = [program, "--accept-server-license-terms", "--server-data-dir", dataFolder, "--install-extension", vsix, "--force"];
  const child = spawn(process.execPath, args, { env: serverEnv({}), stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  child.stdout.on("data", (chunk) => (printed += chunk));
  child.stderr.on("data", (chunk) => (printed += chunk));
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0 || !/successfully installed/.test(printed)) throw new Error(`${path.basename(vsix)} could not be installed into the test host. It printed: ${printed.slice(-600)}`);
}

/** Settings of an editor or of npm that runs this script must not reach the server's extension host. */
function serverEnv(env) {
  const all = { ...process.env, ...env };
  for (const name of Object.keys(all)) if (/^(VSCODE_|ELECTRON_|npm_|VITEST)/.test(name) || name === "NODE_OPTIONS" || name === "TEST" || name === "NODE_ENV") delete all[name];
  return { ...all, ...env };
}

function listening(child) {
  return new Promise((resolve, reject) => {
    let printed = "";
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`VS Code's server did not listen within ${startTimeout / 1000} s. It printed: ${printed.slice(-600) || "nothing"}`));
    }, startTimeout);
    const read = (chunk) => {
      printed += chunk;
      const match = /Extension host agent listening on (\d+)/.exec(printed);
      if (!match) return;
      clearTimeout(timer);
      resolve(Number(match[1]));
    };
    child.stdout.on("data", read);
    child.stderr.on("data", (chunk) => (printed += chunk));
    child.once("error", (error) => reject(new Error(`VS Code's server could not be started: ${error.message}`)));
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`VS Code's server ended (${signal ?? `exit code ${code}`}) before it listened. It printed: ${printed.slice(-600) || "nothing"}`));
    });
  });
}
