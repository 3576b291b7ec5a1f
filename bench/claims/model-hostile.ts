import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { hostileModelKinds, type HostileModelKind } from "../data/hostile-models/hostile-model.js";
import { namingPlaces, tryEscapes } from "../data/hostile-models/try-escapes.js";
import { forkWork } from "../product/fork-work.js";
import { Workspace } from "../product/workspace.js";
import type { Claim, ClaimContext } from "./claim.js";
import type { HostileModelReport, HostileModelWork } from "./hostile-model-worker.js";

const defaultFiles = 10_000;
const leastEscapes = 40;

interface Tally {
  read: number;
  refused: number;
  passedOver: number;
  slowest: number;
  roseMiB: number;
  peakMiB: number;
  wrong: string[];
}

export const claim: Claim = {
  name: "model-hostile",
  summary: "10,000 damaged or forged models for each reader (GGUF, safetensors folders, ONNX, tokenizers, adapters, npy, KoboldAI's zip, wheels), the ONNX files that are understood trained through for a step, and 40 kinds of escaping paths at every place that names files: typed errors only, at most 1 s of the processor and twice the file + 64 MiB each, no process ends. Another number of files, and kinds, can be named.",
  async run(context) {
    const files = Number(context.arguments[0] ?? defaultFiles);
    const kinds = context.arguments.length > 1 ? hostileModelKinds.filter((kind) => context.arguments.includes(kind)) : hostileModelKinds;
    const workspace = new Workspace();
    try {
      const held: boolean[] = [];
      for (const place of namingPlaces) held.push(await escapes(context, workspace, place));
      for (const kind of kinds) held.push(await measure(context, workspace, kind, files));
      return held.every(Boolean);
    } finally {
      workspace.dispose();
    }
  },
};

async function escapes({ print }: ClaimContext, workspace: Workspace, place: (typeof namingPlaces)[number]): Promise<boolean> {
  const { tried, through } = await tryEscapes(place, workspace.subfolder(`escapes-${place}`));
  print(`paths at the place "${place}": ${tried} kinds tried, ${through.length} got through${through.length > 0 ? `: ${through.join(", ")}` : ""}`);
  return through.length === 0 && tried >= leastEscapes;
}

async function measure({ root, print, signal }: ClaimContext, workspace: Workspace, kind: HostileModelKind, files: number): Promise<boolean> {
  const script = path.join(root, "out", "claims", "hostile-model-worker.cjs");
  const tally: Tally = { read: 0, refused: 0, passedOver: 0, slowest: 0, roseMiB: 0, peakMiB: 0, wrong: [] };
  const processes = Math.min(2, availableParallelism());
  const share = Math.ceil(files / processes);
  await Promise.all(
    Array.from({ length: processes }, async (_, i) => {
      const folder = path.join(workspace.folder, `${kind}-${i}`);
      mkdirSync(folder);
      const to = Math.min(files, (i + 1) * share);
      for (let from = i * share; from < to; ) {
        const work: HostileModelWork = { kind, from, to, root, folder };
        const ended = await forkWork<HostileModelReport>(script, work, signal, (report) => {
          from = report.number + 1;
          count(tally, report);
        });
        signal.throwIfAborted();
        if (from >= to) break;
        // The file after the last one that was told of: the process goes on behind it.
        tally.wrong.push(`${from}: the process ended (${ended ?? "in silence"})`);
        tally.refused++;
        from++;
      }
    }),
  );
  const tried = tally.read + tally.refused + tally.passedOver;
  const number = (value: number): string => value.toLocaleString("en");
  print(
    `${kind.padEnd(11)} ${number(tried)} models: ${number(tally.read)} ${kind === "onnx-run" ? "ran" : "read"}, ${number(tally.refused)} refused with a reason${kind === "onnx-run" ? `, ${number(tally.passedOver)} refused before` : ""}, ${tally.wrong.length} wrong; slowest ${tally.slowest.toFixed(2)} s of the processor, largest rise of memory ${tally.roseMiB.toFixed(0)} MiB, peak ${tally.peakMiB.toFixed(0)} MiB`,
  );
  for (const each of tally.wrong.slice(0, 8)) print(`  ${kind} ${each}`);
  return tally.wrong.length === 0 && tried === files;
}

function count(tally: Tally, { number, outcome, seconds, roseMiB, peakMiB, wrong }: HostileModelReport): void {
  if (outcome === "read") tally.read++;
  else if (outcome === "refused") tally.refused++;
  else tally.passedOver++;
  tally.slowest = Math.max(tally.slowest, seconds);
  tally.roseMiB = Math.max(tally.roseMiB, roseMiB);
  tally.peakMiB = Math.max(tally.peakMiB, peakMiB);
  if (wrong) tally.wrong.push(`${number}: ${wrong}`);
}
