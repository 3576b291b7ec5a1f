import { downloadAndUnzipVSCode } from "@vscode/test-electron";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { endProcesses } from "../../../scripts/lib/processes.mjs";
import { projectFolder } from "./host.js";
import { writeUserSettings } from "./settings.js";

/** The oldest VS Code that package.json's "engines" allows. */
const version = "1.100.3";
const patience = 600_000;
const resultsSchema = z.array(z.object({ name: z.string(), error: z.string().optional() }));
type Results = z.infer<typeof resultsSchema>;

/**
 * The program of a VS Code of @vscode/test-electron: fetched where VSCODE_TEST_HOST=electron asks for it, else one that
 * was fetched before. VSCODE_TEST_HOST=server never uses one. Undefined: none.
 */
export async function findElectron(): Promise<string | undefined> {
  const wanted = process.env.VSCODE_TEST_HOST;
  const cachePath = path.join(projectFolder, ".vscode-test");
  if (wanted !== undefined && wanted !== "electron" && wanted !== "server") throw new Error(`VSCODE_TEST_HOST is "${wanted}"; it can be "electron" or "server".`);
  if (wanted === "server" || (wanted !== "electron" && !(await isCached(cachePath)))) return undefined;
  try {
    return await downloadAndUnzipVSCode({ version, cachePath });
  } catch (error) {
    throw new Error(`VS Code ${version} could not be fetched for the tests (${error instanceof Error ? error.message : String(error)}). Check the connection, or unset VSCODE_TEST_HOST to use the server of the npm package code-server.`, { cause: error });
  }
}

async function isCached(cachePath: string): Promise<boolean> {
  const folders = await readdir(cachePath).catch(() => []);
  return folders.some((name) => name.startsWith("vscode-") && name.endsWith(version) && existsSync(path.join(cachePath, name, "is-complete")));
}

/** Runs a bundle of suites in a VS Code window of its own, on an empty workspace. @test-electron's own start always trusts it. */
export async function runInElectron({ program, bundle, trust }: { program: string; bundle: string; trust: boolean }): Promise<Results> {
  const own = await mkdtemp(path.join(os.tmpdir(), "ptune-electron-"));
  const [workspace, userData, report] = [path.join(own, "workspace"), path.join(own, "user"), path.join(own, "report.json")];
  try {
    await mkdir(workspace);
    await writeUserSettings(userData, trust, {}, "User");
    const args = [
      ...["--no-sandbox", "--disable-gpu-sandbox", "--disable-updates", "--skip-welcome", "--skip-release-notes", "--disable-extensions"],
      ...(trust ? ["--disable-workspace-trust"] : []),
      ...[`--user-data-dir=${userData}`, `--extensions-dir=${path.join(own, "extensions")}`, `--extensionDevelopmentPath=${projectFolder}`, `--extensionTestsPath=${bundle}`],
      workspace,
    ];
    const printed = await runProgram(program, args, { ...process.env, PTUNE_TEST_REPORT: report });
    const text = await readFile(report, "utf8").catch(() => undefined);
    if (text === undefined) throw new Error(`VS Code ended without results of the suites. It printed: ${printed.slice(-600)}`);
    return resultsSchema.parse(JSON.parse(text));
  } finally {
    await rm(own, { recursive: true, force: true, maxRetries: 5 });
  }
}

function runProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  child.stdout.on("data", (chunk) => (printed += chunk));
  child.stderr.on("data", (chunk) => (printed += chunk));
  const timer = setTimeout(() => void endProcesses(child.pid ? [child.pid] : []), patience);
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`VS Code could not be started: ${error.message}`)));
    child.once("close", () => {
      clearTimeout(timer);
      resolve(printed);
    });
  });
}
