import { readFile, stat } from "node:fs/promises";
import { flatten, type SettingValue } from "../../comparison/configuration.js";
import { experimentSchema } from "../../experiment/schema.js";
import type { ComparedRun, RunCurves } from "../../protocol/webview/compare-view.js";
import { environmentSchema } from "../../runs/environment.js";
import { glanceRun } from "../../runs/glance-run.js";
import { streamJournal } from "../../runs/journal-reader.js";
import { learnedSet, predictionsFile } from "../../runs/predictions.js";
import { RunFolder } from "../../runs/run-folder.js";
import { CurveRecord } from "./curve-record.js";

/** Largest experiment.json or environment.json that is read, in bytes; as RunStore. */
const mostJsonBytes = 16 * 1024 * 1024;
type Settings = [string, SettingValue][];

/** One run of a comparison, read from its files; its journal is read once and followed from where it ended. */
export class ComparedRunReader {
  private readonly folder: RunFolder;
  private record = new CurveRecord();
  private end = 0;
  private settings: Settings | undefined;
  private environment: Settings | undefined;

  constructor(readonly path: string) {
    this.folder = new RunFolder(path);
  }

  /** Reads what is new. Never throws: what cannot be read is told in `damage`. */
  async read(): Promise<{ readonly run: ComparedRun; /** Whether its curves grew. */ readonly grown: boolean }> {
    const entry = await glanceRun(this.path);
    const grown = await this.follow();
    this.environment ??= await readEnvironment(this.folder);
    this.settings ??= await readSettings(this.folder, this.environment);
    const { record } = this;
    const kept = record.testRows !== null && (await stat(predictionsFile(this.folder)).catch(() => undefined))?.isFile();
    const { path, name, id, experimentName, seed, created, state, active, reason, step, steps, damage } = entry;
    return {
      grown,
      run: {
        ...{ path, name, id, experimentName, seed, created, state, active, reason, step, steps, damage },
        settings: this.settings,
        environment: this.environment,
        measures: record.measures,
        testRows: record.testRows,
        answers: kept ? [learnedSet, ...record.baselines] : [],
      },
    };
  }

  curves(): RunCurves {
    return { path: this.path, ...this.record.curves() };
  }

  private async follow(): Promise<boolean> {
    try {
      const { size } = await stat(this.folder.journal);
      if (size < this.end) {
        // Somebody put another journal in its place.
        this.record = new CurveRecord();
        this.end = 0;
      }
      if (size === this.end) return false;
      const records = streamJournal(this.folder.journal, { offset: this.end, line: 0 });
      for (;;) {
        const next = await records.next();
        if (next.done) {
          const grown = next.value.end > this.end;
          this.end = Math.max(this.end, next.value.end);
          return grown;
        }
        this.record.add(next.value.event);
      }
    } catch {
      return false; // The glance tells it.
    }
  }
}

/** The experiment kept with the run, defaults filled in. One of another version is taken as it stands. */
async function readSettings(folder: RunFolder, environment: Settings): Promise<Settings> {
  const content = await readJson(folder.experiment);
  const experiment = experimentSchema.safeParse(content).data ?? content ?? {};
  const settings: Settings = [...flatten(experiment)];
  // Files of one name may hold something else: what the backbone and the data were is part of the configuration.
  // Not where rows were drawn with the seed, or runs of different seeds would never be of one configuration.
  const limited = settings.some(([key]) => key.startsWith("dataset.limit."));
  const contents = environment.filter(([key]) => key === "model.content" || (key === "dataset.content" && !limited));
  return [...settings, ...contents];
}

async function readEnvironment(folder: RunFolder): Promise<Settings> {
  const { data } = environmentSchema.safeParse(await readJson(folder.environment));
  if (!data) return [];
  const { program, node, onnxruntime, operatingSystem, processor, threads, model, data: hashes } = data;
  return [
    ["version", program.version],
    ["onnxruntime", onnxruntime],
    ["node", node],
    ["operatingSystem", operatingSystem],
    ["processor", processor],
    ["threads", threads],
    ["model.content", model.sha256.slice(0, 12)],
    ["dataset.content", Object.values(hashes).join("").slice(0, 12)],
  ];
}

async function readJson(file: string): Promise<unknown> {
  try {
    const { size } = await stat(file);
    return size > mostJsonBytes ? undefined : (JSON.parse(await readFile(file, "utf8")) as unknown);
  } catch {
    return undefined;
  }
}
