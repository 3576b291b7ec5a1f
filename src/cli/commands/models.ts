import type { CommandContext } from "../context.js";
import { excerpt, harmless } from "../output/harmless.js";
import { bytes } from "../output/numbers.js";
import { table } from "../output/table.js";
import { jobOptions } from "./run-progress.js";

/** ptune models: the catalogue, and what lies in the cache beside it. */
export async function listModelsCommand({ results, json }: CommandContext): Promise<number> {
  const { listBackbones } = await import("../../backbone/sources/list-backbones.js");
  const all = await listBackbones();
  if (json) {
    for (const { name, title, size, licence, hubId, state, folder } of all)
      results.object({ type: "model", name, title, bytes: size, licence, hubId, downloaded: state === "downloaded", unfinished: state === "partial", folder });
    return 0;
  }
  const columns = [{ title: "name" }, { title: "size", right: true }, { title: "on this disk" }, { title: "" }];
  const words = { absent: "no", partial: "in part", downloaded: "yes" };
  results.lines(table(columns, all.map((model) => [excerpt(model.name, 60), bytes(model.size), words[model.state], excerpt(model.title, 60)]), ""));
  return 0;
}

/** ptune models fetch NAME. A name with a slash is a repository of the hub. */
export async function fetchModelCommand(context: CommandContext, name: string): Promise<number> {
  const { fetchBackbone } = await import("../../backbone/sources/fetch-backbone.js");
  const { progress, results, json } = context;
  const { signal, onFetch } = jobOptions(context);
  const files = await fetchBackbone(name, { signal, onProgress: onFetch, onNotice: (text) => progress.line(`Note: ${harmless(text)}`) });
  progress.clear();
  if (json) results.object({ type: "model-fetched", name: files.name, file: files.modelFile, sha256: files.sha256 });
  else results.line(`${files.name} is ready: ${harmless(files.modelFile)}`);
  return 0;
}

/** ptune models remove NAME. */
export async function removeModelCommand({ results, json }: CommandContext, name: string): Promise<number> {
  const { removeDownloaded } = await import("../../backbone/sources/downloaded.js");
  const freed = await removeDownloaded(name);
  if (json) results.object({ type: "model-removed", name, bytes: freed });
  else results.line(`${harmless(name)} is removed; ${bytes(freed)} are free again.`);
  return 0;
}
