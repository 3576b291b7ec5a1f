/**
 * npm start [-- --browser] [-- FOLDER]: builds, and opens the extension with the sample workspace (or FOLDER) in the VS
 * Code of this machine; without one, or with --browser, in VS Code's server, shown by a browser.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { fail, install, root, runNode } from "./lib/prepare.mjs";

let parsed;
try {
  parsed = parseArgs({ options: { browser: { type: "boolean", default: false } }, allowPositionals: true });
} catch (error) {
  fail(`${error.message} Use: npm start -- --browser FOLDER.`);
}
const workspace = path.resolve(parsed.positionals[0] ?? path.join(root, "media", "sample-workspace"));
if (!existsSync(workspace)) fail(`There is no folder ${workspace}.`);

install();
if ((await runNode("scripts/build.mjs", [])) !== 0) process.exit(1);
const { findEditor, quoted } = await import("./lib/find-editor.mjs");
const editor = parsed.values.browser ? undefined : findEditor();
await (editor ? openEditor(editor) : openServer());

async function openEditor(program) {
  console.log(`Opening ${workspace} in ${program}.`);
  const shell = process.platform === "win32";
  const child = spawn(quoted(program), ["--new-window", `--extensionDevelopmentPath=${root}`, workspace].map(quoted), { stdio: "inherit", shell });
  const code = await new Promise((resolve) => child.once("error", (error) => fail(`${program} could not be started: ${error.message}`)).once("exit", resolve));
  process.exitCode = code ?? 1;
}

async function openServer() {
  const { pageAddress, startServer } = await import("./lib/run-server.mjs");
  if (!parsed.values.browser) console.log("No VS Code was found on this machine: its server is used, in a browser.");
  const dataFolder = path.join(root, ".vscode-test", "start");
  trustWorkspaces(dataFolder);
  let server;
  try {
    server = await startServer({ dataFolder });
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  const address = pageAddress({ port: server.port, workspace, extension: root });
  console.log(`\nOpen this address:\n\n  ${address}\n\nCtrl+C ends the server and everything in it.`);
  openBrowser(address);
  const end = new Promise((resolve) => ["SIGINT", "SIGTERM", "SIGHUP"].forEach((signal) => process.once(signal, resolve)));
  const ended = server.ended.then((code) => ({ code }));
  const first = await Promise.race([end, ended]);
  // Ctrl+C reaches the server too: its end is then no news.
  if (typeof first === "object") fail(`VS Code's server ended by itself (exit code ${first.code}); ${path.join(dataFolder, "server.log")} may say why.`);
  await server.stop();
}

/** The workspace is the person's own choice: it is not asked about. An existing file is the person's. */
function trustWorkspaces(dataFolder) {
  const file = path.join(dataFolder, "data", "User", "settings.json");
  if (existsSync(file)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ "security.workspace.trust.enabled": false, "telemetry.telemetryLevel": "off", "workbench.startupEditor": "none" }, null, 2)}\n`);
}

/** Only where there is a display; without one the address has been printed. */
function openBrowser(address) {
  const command = process.platform === "darwin" ? "open" : process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? "xdg-open" : undefined;
  if (!command) return;
  spawn(command, [address], { stdio: "ignore", detached: true }).on("error", () => console.log("The browser could not be opened by itself.")).unref();
}
