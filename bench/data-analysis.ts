import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { findDuplicates } from "../src/data/quality/find-duplicates.js";
import { profileRows } from "../src/data/quality/profile-rows.js";
import { forEachRow } from "../src/data/row-stream.js";
import { rebalanceRows } from "../src/data/shape/rebalance-rows.js";
import { sampleRows } from "../src/data/shape/sample-rows.js";
import { splitRows } from "../src/data/shape/split-rows.js";
import { generatedRows } from "./data/generated-rows.js";

/**
 * npm run bench -- data-analysis [--rows 5000000]: analysing and shaping a generated stream of rows. Every task is a process
 * of its own, so that each peak of memory is its own; the first one only makes the rows and is part of the time of all others.
 */

const shares = { train: 0.8, validation: 0.1, test: 0.1 };
const columns = { texts: ["text"], label: "label" };

const tasks: Record<string, (rows: number) => Promise<unknown>> = {
  "making the rows": async (rows) => {
    await forEachRow(generatedRows(rows), () => undefined);
    return "";
  },
  profile: async (rows) => {
    const { columns: profiles, suspicious, personalData } = await profileRows({ name: "all", open: generatedRows(rows) }, { texts: ["text"] });
    return `${profiles.map(({ column, type, distinct }) => `${column}: ${type}, ${distinct.count} different`).join("; ")}; ${suspicious.affectedRows} suspicious, ${personalData.affectedRows} with hints`;
  },
  duplicates: async (rows) => {
    const { report } = await findDuplicates([{ name: "all", open: generatedRows(rows) }], { columns: ["text"], label: "label" });
    return `repeats ${JSON.stringify(report.repeats)}, conflicts ${report.conflicts.near}, not kept ${report.search.textsNotKept}, cut short ${report.search.textsCutShort}`;
  },
  "split by hash": async (rows) => counts((await splitRows(generatedRows(rows), { type: "hash", shares, seed: 1 }, columns)).report),
  "split stratified": async (rows) => counts((await splitRows(generatedRows(rows), { type: "stratified", shares, seed: 1 }, columns)).report),
  "split grouped": async (rows) => counts((await splitRows(generatedRows(rows), { type: "grouped", column: "id", shares, seed: 1 }, columns)).report),
  "16 rows a label": async (rows) => (await sampleRows(generatedRows(rows), 16, columns, 1)).report.map(({ label, taken }) => `${label} ${taken}`).join(", "),
  rebalance: async (rows) => (await rebalanceRows(generatedRows(rows), { by: "drop", seed: 1 }, columns)).report.map(({ label, after }) => `${label} ${after}`).join(", "),
};

function counts(report: readonly { readonly split: string; readonly rows: number }[]): string {
  return report.map(({ split, rows }) => `${split} ${rows}`).join(", ");
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rows: { type: "string", default: "5000000" }, task: { type: "string" } }, allowPositionals: true });
  const rows = Number(values.rows);
  if (values.task !== undefined) return runTask(values.task, rows);
  console.log(`${rows.toLocaleString("en-US")} generated rows; ${cpus()[0]?.model ?? "unknown processor"}.`);
  for (const task of Object.keys(tasks)) {
    const { status } = spawnSync(process.execPath, [process.argv[1], "--task", task, "--rows", String(rows)], { stdio: "inherit" });
    if (status !== 0) process.exitCode = 1;
  }
}

async function runTask(name: string, rows: number): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const start = performance.now();
  const said = await tasks[name](rows);
  const seconds = (performance.now() - start) / 1000;
  delay.disable();
  const memory = process.resourceUsage().maxRSS / 1024;
  console.log(`${name.padEnd(18)} ${seconds.toFixed(1).padStart(6)} s ${Math.round(rows / seconds).toLocaleString("en-US").padStart(10)} rows/s ${memory.toFixed(0).padStart(5)} MiB at most, messages waited ${(delay.max / 1e6).toFixed(0)} ms at most  ${said}`);
}

void main();
