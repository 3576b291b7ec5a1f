import path from "node:path";
import { labelOf, textOf, writeLargeCsv } from "../data/large-csv.js";
import { buildCommandLine } from "../product/command-line.js";
import { measureCommand, type MeasuredCommand } from "../product/measured-command.js";
import { pythonWith } from "../product/python.js";
import { Workspace } from "../product/workspace.js";
import type { Claim, ClaimContext } from "./claim.js";

/** Half of what a small machine has, for files of any size: what is held is a batch of rows, an index of 24 bytes for 256 rows, and 33 bytes a row while they are divided. */
const mostMiB = 1024;
const defaultRows = 5_000_000;

export const claim: Claim = {
  name: "data-scale",
  summary: `5 million rows (2 GB) are added, previewed and split in at most ${mostMiB} MiB each, everything counted right; times beside pandas and DuckDB. Another number of rows can be named.`,
  async run(context) {
    const rows = Number(context.arguments[0] ?? defaultRows);
    const script = buildCommandLine(context.root);
    const workspace = new Workspace();
    try {
      return await measure(context, script, workspace, rows);
    } finally {
      workspace.dispose();
    }
  },
};

async function measure({ root, print, signal }: ClaimContext, script: string, workspace: Workspace, rows: number): Promise<boolean> {
  const file = path.join(workspace.folder, "large.csv");
  const written = await writeLargeCsv(file, rows, signal);
  print(`${rows.toLocaleString("en")} rows, ${(written.bytes / 1e9).toFixed(2)} GB`);
  const env = { ...process.env, PTUNE_CACHE: workspace.subfolder("cache") };
  const ptune = (...args: string[]): Promise<MeasuredCommand> => measureCommand(process.execPath, [script, "--json", "data", ...args], { cwd: workspace.folder, env, signal });
  const held: boolean[] = [];
  const judge = (step: string, { seconds, peakMiB }: MeasuredCommand, right: boolean): void => {
    print(`ptune ${step.padEnd(26)} ${seconds.toFixed(1).padStart(7)} s  peak ${peakMiB.toFixed(0).padStart(5)} MiB  ${right ? "counted right" : "COUNTED WRONG"}`);
    held.push(right && peakMiB <= mostMiB);
  };

  const added = await ptune("add", "large.csv");
  const { description } = added.objects[0];
  const [found] = description.source.files;
  const labels = Object.fromEntries(description.counts[0].labels.map(({ label, rows: each }: { label: string; rows: number }) => [label, each]));
  judge("add", added, found.rows === rows && found.sha256 === written.sha256 && same(labels, written.counts));
  for (const from of [1, Math.floor(rows / 2), rows]) {
    const shown = await ptune("preview", "large.ptune-data.json", "--from", String(from), "--rows", "1");
    const [{ cells }] = shown.objects;
    judge(`preview row ${from}`, shown, cells.id === String(from - 1) && cells.text === textOf(from - 1) && cells.label === labelOf(from - 1));
  }
  const split = await ptune("split", "large.ptune-data.json", "--rule", "stratified", "--shares", "0.8", "0.1", "0.1");
  const { counts } = split.objects[0] as { counts: { split: string; rows: number; labels: { label: string; rows: number }[] }[] };
  const sums = Object.fromEntries(Object.keys(written.counts).map((label) => [label, counts.reduce((sum, each) => sum + (each.labels.find((one) => one.label === label)?.rows ?? 0), 0)]));
  const near = [0.8, 0.1, 0.1].every((share, i) => Math.abs(counts[i].rows - share * rows) <= 3);
  judge("split, stratified", split, same(sums, written.counts) && near);
  print(`  ${counts.map((each) => `${each.split} ${each.rows.toLocaleString("en")}`).join(", ")}`);
  await besides({ root, print, signal }, file, rows);
  return held.every(Boolean);
}

/** The same with others, where they are there: figures only. */
async function besides({ root, print, signal }: Pick<ClaimContext, "root" | "print" | "signal">, file: string, rows: number): Promise<void> {
  for (const tool of ["pandas", "duckdb"]) {
    const python = pythonWith([tool]);
    if (!("program" in python)) {
      print(`${tool}: not there (${python.lacks}; PTUNE_PYTHON names another Python).`);
      continue;
    }
    const { objects, peakMiB, seconds } = await measureCommand(python.program, [path.join(root, "scripts", "reference", "data_scale.py"), tool, file, String(rows - 1)], { cwd: path.dirname(file), signal });
    print(`${python.versions}: ${objects.map((step) => `${step.step} ${Number(step.seconds).toFixed(1)} s`).join(", ")}; ${seconds.toFixed(1)} s in all, peak ${peakMiB.toFixed(0)} MiB${tool === "duckdb" ? " (told to hold at most 1 GB)" : ""}`);
  }
}

function same(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  return Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);
}
