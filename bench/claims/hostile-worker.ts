import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { previewCommand } from "../../src/cli/commands/data/preview.js";
import { describeLines } from "../../src/cli/commands/data/description-report.js";
import type { CommandContext } from "../../src/cli/context.js";
import { describeError } from "../../src/cli/report-error.js";
import { plainStyle } from "../../src/cli/output/style.js";
import { ProgressWriter, ResultWriter } from "../../src/cli/output/writer.js";
import { PromptTuningError } from "../../src/common/errors.js";
import { describeFiles } from "../../src/data/description/describe-files.js";
import { writeDescription } from "../../src/data/description/write-description.js";
import { type HostileKind, hostileFile } from "../data/hostile-files.js";

export interface HostileWork {
  readonly kind: HostileKind;
  readonly from: number;
  readonly to: number;
  readonly root: string;
  readonly folder: string;
}
export interface HostileTally {
  read: number;
  refused: number;
  /** Rows that were shown. */
  shown: number;
  /** What must not be, each with the file's number. */
  wrong: string[];
  slowestSeconds: number;
  slowest: number;
  peakMiB: number;
}

/** What would move a terminal's cursor, colour it or reorder its line. */
const harmful = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;
/** Seconds of the processor that a file may take, and a file below which memory counts. */
const mostSeconds = 1;

// Bundled beside the claims, it is looked at by who lists them; it works only where a claim has started it.
if (process.send) {
  process.on("message", (work: HostileWork) => {
    void run(work).then((tally) => process.send!(tally, () => process.exit(0)));
  });
}

async function run({ kind, from, to, root, folder }: HostileWork): Promise<HostileTally> {
  process.env.PTUNE_CACHE = path.join(folder, "cache");
  const tally: HostileTally = { read: 0, refused: 0, shown: 0, wrong: [], slowestSeconds: 0, slowest: -1, peakMiB: 0 };
  for (let number = from; number < to; number++) {
    const place = path.join(folder, String(number));
    mkdirSync(place);
    const file = path.join(place, `hostile.${kind}`);
    const bytes = hostileFile(kind, number, root);
    writeFileSync(file, bytes);
    const before = process.cpuUsage();
    await one(file, place, tally, number);
    const { user, system } = process.cpuUsage(before);
    const seconds = (user + system) / 1e6;
    if (seconds > tally.slowestSeconds) Object.assign(tally, { slowestSeconds: seconds, slowest: number });
    if (seconds > mostSeconds) tally.wrong.push(`${number}: took ${seconds.toFixed(1)} s`);
    if (!existsSync(file) || !readFileSync(file).equals(bytes)) tally.wrong.push(`${number}: the file was changed`);
    if (Object.keys(Object.prototype).length > 0 || ({} as Record<string, unknown>).a !== undefined) tally.wrong.push(`${number}: objects were given keys`);
    rmSync(place, { recursive: true, force: true });
    if (number % 200 === 0) rmSync(path.join(folder, "cache"), { recursive: true, force: true });
  }
  tally.peakMiB = process.resourceUsage().maxRSS / 1024;
  return tally;
}

/** Adds a file and previews it, as the commands do, for a person and for a program. */
async function one(file: string, place: string, tally: HostileTally, number: number): Promise<void> {
  let out = "";
  const context = (json: boolean): CommandContext => ({
    results: new ResultWriter({ write: (text) => (out += text) }, json),
    progress: new ProgressWriter({ write: (text) => (out += text) }),
    style: plainStyle,
    json,
    runsRoot: place,
    runsNamed: false,
    currentFolder: place,
    invocation: "ptune",
    signal: new AbortController().signal,
  });
  try {
    const { description } = await describeFiles([{ path: file }], { name: "hostile", folder: place, cache: process.env.PTUNE_CACHE! });
    out += describeLines(description).join("\n");
    const target = path.join(place, "hostile.ptune-data.json");
    writeDescription(target, description, { overwrite: false });
    for (const json of [false, true]) await previewCommand(context(json), "hostile.ptune-data.json", { from: 1, rows: 20 });
    const [count] = description.counts;
    tally.shown += Math.min(20, count.rows);
    tally.read++;
    try {
      writeDescription(target, description, { overwrite: false });
      tally.wrong.push(`${number}: a description was overwritten unasked`);
    } catch (error) {
      if (!(error instanceof PromptTuningError)) throw error;
    }
  } catch (error) {
    const typed = error instanceof PromptTuningError && error.kind === "data";
    if (!typed) tally.wrong.push(`${number}: ${error instanceof Error ? String(error.stack).slice(0, 600) : String(error)}`);
    else out += describeError(error, false).text;
    tally.refused++;
  }
  const found = harmful.exec(out);
  if (found) tally.wrong.push(`${number}: U+${found[0].codePointAt(0)!.toString(16)} was printed`);
}
