import { fork } from "node:child_process";
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { type HostileKind, hostileKinds } from "../data/hostile-files.js";
import type { HostileTally, HostileWork } from "./hostile-worker.js";
import { Workspace } from "../product/workspace.js";
import type { Claim, ClaimContext } from "./claim.js";

const defaultFiles = 10_000;
/** A process that has read thousands of files, with what the engine keeps of its heap. */
const mostMiB = 512;

export const claim: Claim = {
  name: "data-hostile",
  summary: "10,000 hostile files each of CSV, JSON lines, JSON and Parquet are added and previewed: typed errors only, at most 1 s each, harmless output, nothing changed or overwritten. Another number of files can be named.",
  async run(context) {
    const files = Number(context.arguments[0] ?? defaultFiles);
    const script = path.join(context.root, "out", "claims", "hostile-worker.cjs");
    const workspace = new Workspace();
    try {
      const held: boolean[] = [];
      for (const kind of hostileKinds) held.push(await measure(context, script, workspace, kind, files));
      return held.every(Boolean);
    } finally {
      workspace.dispose();
    }
  },
};

async function measure({ root, print, signal }: ClaimContext, script: string, workspace: Workspace, kind: HostileKind, files: number): Promise<boolean> {
  const processes = Math.min(4, availableParallelism());
  const share = Math.ceil(files / processes);
  const tallies = await Promise.all(
    Array.from({ length: processes }, (_, i) => {
      const folder = path.join(workspace.folder, `${kind}-${i}`);
      mkdirSync(folder);
      return work(script, { kind, from: i * share, to: Math.min(files, (i + 1) * share), root, folder }, signal);
    }),
  );
  const sum = (of: (tally: HostileTally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
  const wrong = tallies.flatMap((tally) => tally.wrong);
  const peak = Math.max(...tallies.map((tally) => tally.peakMiB));
  const tried = sum((tally) => tally.read + tally.refused);
  print(
    `${kind.padEnd(8)} ${tried.toLocaleString("en")} files: ${sum((tally) => tally.read).toLocaleString("en")} read (${sum((tally) => tally.shown).toLocaleString("en")} rows shown), ${sum((tally) => tally.refused).toLocaleString("en")} refused with a reason, ${wrong.length} wrong; slowest ${Math.max(...tallies.map((tally) => tally.slowestSeconds)).toFixed(2)} s of the processor, peak ${peak.toFixed(0)} MiB`,
  );
  for (const each of wrong.slice(0, 5)) print(`  ${kind} ${each}`);
  return wrong.length === 0 && tried === files && peak <= mostMiB;
}

/** @throws when the process ends before its tally is there: it crashed. */
function work(script: string, given: HostileWork, signal: AbortSignal): Promise<HostileTally> {
  return new Promise((resolve, reject) => {
    const child = fork(script, { signal, execArgv: [] });
    let told = false;
    child.on("message", (tally: HostileTally) => {
      told = true;
      resolve(tally);
    });
    child.on("error", reject);
    child.on("exit", (code, ended) => told || reject(new Error(`The process for ${given.kind} files ${given.from} to ${given.to} ended (${ended ?? code}).`)));
    child.send(given);
  });
}
