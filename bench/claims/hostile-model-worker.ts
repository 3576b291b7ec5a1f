import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { type HostileModelKind, hostileModels, writeHostile } from "../data/hostile-models/hostile-model.js";
import { readHostile } from "../data/hostile-models/read-hostile.js";
import { describeError } from "../../src/cli/report-error.js";
import { PromptTuningError, type ErrorKind } from "../../src/common/errors.js";

export interface HostileModelWork {
  readonly kind: HostileModelKind;
  readonly from: number;
  readonly to: number;
  readonly root: string;
  readonly folder: string;
}
export interface HostileModelReport {
  readonly number: number;
  readonly outcome: "read" | "refused" | "passed over";
  readonly seconds: number;
  /** How far the process's highest memory rose. */
  readonly roseMiB: number;
  readonly peakMiB: number;
  readonly wrong?: string;
}

const expected: readonly ErrorKind[] = ["model", "operator", "storage", "integrity"];
/** Of the processor, a file. A step through onnxruntime may take longer than reading does. */
const mostSeconds = 1;
const mostRunSeconds = 10;
const roomMiB = 64;
const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;
/** Before it, what the engine loads and compiles once is counted as a file's. */
const warmUp = 50;

// Bundled beside the claims, it is looked at by who lists them; it works only where a claim has started it.
if (process.send) process.on("message", (work: HostileModelWork) => void run(work).then(() => process.exit(0)));

async function run({ kind, from, to, root, folder }: HostileModelWork): Promise<void> {
  const make = hostileModels(kind, root);
  const cache = path.join(folder, "cache");
  for (let number = from; number < to; number++) {
    const place = path.join(folder, String(number));
    mkdirSync(place, { recursive: true });
    const bytes = writeHostile(place, make(number));
    const peak = process.resourceUsage().maxRSS / 1024;
    const before = process.cpuUsage();
    const { outcome, wrong } = await one(kind, place, cache);
    const { user, system } = process.cpuUsage(before);
    const seconds = (user + system) / 1e6;
    const peakMiB = process.resourceUsage().maxRSS / 1024;
    const roseMiB = number - from < warmUp ? 0 : peakMiB - peak;
    const limit = kind === "onnx-run" ? mostRunSeconds : mostSeconds;
    const faults = [
      ...(wrong ? [wrong] : []),
      ...(seconds > limit ? [`took ${seconds.toFixed(1)} s`] : []),
      ...(roseMiB > (2 * bytes) / 2 ** 20 + roomMiB ? [`took ${roseMiB.toFixed(0)} MiB for ${(bytes / 2 ** 20).toFixed(1)} MiB`] : []),
      ...(Object.keys(Object.prototype).length > 0 || ({} as Record<string, unknown>).a !== undefined ? ["objects were given keys"] : []),
    ];
    const report: HostileModelReport = { number, outcome, seconds, roseMiB, peakMiB, wrong: faults.join("; ") || undefined };
    process.send!(report);
    rmSync(place, { recursive: true, force: true });
    if (number % 100 === 0) rmSync(cache, { recursive: true, force: true });
  }
}

async function one(kind: HostileModelKind, place: string, cache: string): Promise<{ outcome: HostileModelReport["outcome"]; wrong?: string }> {
  try {
    return { outcome: (await readHostile(kind, place, cache)) ? "read" : "passed over" };
  } catch (error) {
    if (!(error instanceof PromptTuningError)) return { outcome: "refused", wrong: error instanceof Error ? String(error.stack).slice(0, 600) : String(error) };
    const known = expected.includes(error.kind) || (kind === "onnx-run" && error.kind === "training");
    const text = describeError(error, false).text;
    const found = control.exec(text);
    const wrong = !known ? `an error of the kind ${error.kind}: ${error.describe()}` : found ? `U+${found[0].codePointAt(0)!.toString(16)} in a message` : text.length > 2000 ? `a message of ${text.length} characters` : undefined;
    return { outcome: "refused", wrong };
  }
}
