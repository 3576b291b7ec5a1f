import { spawn } from "node:child_process";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { projectFolder } from "../host/host.js";

/** Real runs of the sample workspace's quick experiment: three seeds, and one with another learning rate. */
const variants: ReadonlyArray<Record<string, unknown>> = [{ seed: 1 }, { seed: 2 }, { seed: 3 }, { seed: 1, learningRate: 0.003 }];

interface Workspace {
  readonly folder: string;
  /** Folders of the finished runs, in the order of the variants. */
  readonly runs: readonly string[];
}

/**
 * The workspace of the pictures, in out/screenshots-workspace. Its runs take some minutes, so they are kept for the next
 * time: remove the folder to make them anew.
 */
export async function prepareRuns(): Promise<Workspace> {
  const folder = path.join(projectFolder, "out", "screenshots-workspace");
  const runsFolder = path.join(folder, ".ptune", "runs");
  await mkdir(runsFolder, { recursive: true });
  await cp(path.join(projectFolder, "media", "sample-workspace"), folder, { recursive: true, filter: (from) => !from.split(path.sep).includes(".ptune") });
  const kept = (await readdir(runsFolder)).filter((name) => name.startsWith("requests-")).sort();
  await runPtune(["data", "add", "--train", "requests-train.csv", "--test", "requests-test.csv", "--name", "requests", "--to", "requests.ptune-data.json", "--overwrite"], folder);
  const whole = kept.length === variants.length;
  if (!whole) for (const name of kept) await rm(path.join(runsFolder, name), { recursive: true });
  const runs = whole ? kept.map((name) => path.join(runsFolder, name)) : [];
  for (const variant of whole ? [] : variants) runs.push(await run(folder, variant));
  return { folder, runs };
}

/** Trains one variant with the command line. */
async function run(folder: string, variant: Record<string, unknown>): Promise<string> {
  const experiment = JSON.parse(await readFile(path.join(folder, "requests.ptune.json"), "utf8")) as { training: Record<string, unknown> };
  // Beside the data files, which its paths are relative to.
  const file = path.join(folder, "variant.ptune.json");
  await writeFile(file, JSON.stringify({ ...experiment, training: { ...experiment.training, ...variant } }, null, 2));
  try {
    const lines = await runPtune(["run", file, "--json"], folder);
    const result = JSON.parse(lines.trim().split("\n").at(-1) ?? "") as { status: string; run: string };
    if (result.status !== "succeeded") throw new Error(`The run for the pictures ended as "${result.status}".`);
    return path.resolve(folder, result.run);
  } finally {
    await rm(file, { force: true });
  }
}

function runPtune(args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(process.execPath, [path.join(projectFolder, "out", "ptune.js"), ...args], { cwd, stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (chunk) => (printed += chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(printed) : reject(new Error(`ptune ${args.join(" ")} ended with exit code ${code}.`))));
  });
}
