import path from "node:path";
import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import type { LoadedDescription } from "../../data/description/load-description.js";
import type { SourceGlance } from "../../data/description/glance-at-source.js";
import type { Services } from "../services.js";

/** A description of a data set as the lists know it. */
export interface DescribedData {
  readonly file: string;
  /** Absent where the file is none, or cannot be read: `problem` says why. */
  readonly dataset?: LoadedDescription;
  readonly problem?: string;
  /** What of the source is not as it was. Empty in a workspace that is not trusted: no path of it is looked at. */
  readonly changes: SourceGlance["changes"];
}

const mostDescriptions = 500;
/** Files that are hashed for a list, at most, in bytes: hashing takes a second a gigabyte. */
const mostHashed = 200 * 2 ** 20;

/** The descriptions of the workspace, by name, and those that are named beside. */
export async function findDescribedData(services: Pick<Services, "backend" | "log">, named: readonly string[] = []): Promise<DescribedData[]> {
  const found = await vscode.workspace.findFiles("**/*.ptune-data.json", "**/{node_modules,.ptune}/**", mostDescriptions);
  const files = [...new Set([...found.filter(({ scheme }) => scheme === "file").map(({ fsPath }) => fsPath), ...named])];
  const read = await Promise.all(files.map((file) => readDescribedData(services, file)));
  return read.sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

export async function readDescribedData(services: Pick<Services, "backend" | "log">, file: string): Promise<DescribedData> {
  const { loadDescription } = await import("../../data/description/load-description.js");
  try {
    const dataset = await loadDescription(file);
    return { file, dataset, changes: vscode.workspace.isTrusted ? await sourceChangesOf(services, dataset) : [] };
  } catch (error) {
    if (!(error instanceof PromptTuningError)) throw error;
    return { file, problem: error.describe(), changes: [] };
  }
}

/** The data set's name, or the file's. */
export function nameOf({ file, dataset }: Pick<DescribedData, "file" | "dataset">): string {
  return dataset?.description.name ?? path.basename(file, ".ptune-data.json");
}

const hashed = new Map<string, SourceGlance["changes"]>();

/** By size at once; by hash where a file was written after its description and is not too large. */
async function sourceChangesOf({ backend, log }: Pick<Services, "backend" | "log">, dataset: LoadedDescription): Promise<DescribedData["changes"]> {
  const { glanceAtSource } = await import("../../data/description/glance-at-source.js");
  const { changes: bySize, written } = await glanceAtSource(dataset);
  if (bySize.length > 0) return bySize;
  if (written.length === 0 || written.reduce((sum, { size }) => sum + size, 0) > mostHashed) return [];
  const key = JSON.stringify([dataset.file, written]);
  const known = hashed.get(key);
  if (known) return known;
  try {
    const changes = await backend.call("datasets/changes", { file: dataset.file });
    hashed.set(key, changes);
    return changes;
  } catch (error) {
    log.debug(`${dataset.file}: ${String(error)}`);
    return [];
  }
}
