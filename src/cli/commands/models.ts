import { nearestOf } from "../../common/nearest.js";
import { PromptTuningError } from "../../common/errors.js";
import type { CommandContext } from "../context.js";
import { excerpt, harmless } from "../output/harmless.js";
import { bytes } from "../output/numbers.js";
import { table } from "../output/table.js";
import { jobOptions } from "./run-progress.js";

/** ptune models: the catalogue, and what lies in the cache beside it. */
export async function listModelsCommand({ results, json }: CommandContext): Promise<number> {
  const { listCatalogue } = await import("../../backbone/sources/catalogue.js");
  const { listDownloaded } = await import("../../backbone/sources/downloaded.js");
  const downloaded = await listDownloaded();
  const known = listCatalogue().map(({ name, title, file, licence, hubId }) => {
    const found = downloaded.find((model) => model.from === "catalogue" && model.name === name);
    return { type: "model", name, title, bytes: file.size, licence, hubId, ...presence(found) };
  });
  const others = downloaded
    .filter((model) => model.from === "hub" || !known.some(({ name }) => name === model.name))
    .map((model) => ({ type: "model", name: model.name, title: "", bytes: model.size, ...presence(model) }));
  const all = [...known, ...others];
  if (json) {
    for (const model of all) results.object(model);
    return 0;
  }
  const columns = [{ title: "name" }, { title: "size", right: true }, { title: "on this disk" }, { title: "" }];
  results.lines(table(columns, all.map((model) => [excerpt(model.name, 60), bytes(model.bytes), model.unfinished ? "in part" : model.downloaded ? "yes" : "no", excerpt(model.title, 60)]), ""));
  return 0;
}

function presence(found: { readonly folder: string; readonly unfinished: boolean } | undefined): { downloaded: boolean; unfinished: boolean; folder?: string } {
  return { downloaded: found !== undefined && !found.unfinished, unfinished: found?.unfinished ?? false, folder: found?.folder };
}

/** ptune models fetch NAME. A name with a slash is a repository of the hub. */
export async function fetchModelCommand(context: CommandContext, name: string): Promise<number> {
  const { resolveModelSource } = await import("../../backbone/sources/resolve.js");
  const { listCatalogue } = await import("../../backbone/sources/catalogue.js");
  const { progress, results, json, currentFolder } = context;
  const { signal, onFetch } = jobOptions(context);
  const names = listCatalogue().map((entry) => entry.name);
  if (!name.includes("/") && !names.includes(name.toLowerCase())) {
    const nearest = nearestOf(name, names);
    throw new PromptTuningError("usage", `There is no model named "${name}" in the catalogue.${nearest === undefined ? "" : ` Did you mean ${nearest}?`}`, {
      reason: `The catalogue holds: ${names.join(", ")}.`,
      advice: "A repository of the hub is named owner/name.",
    });
  }
  const source = resolveModelSource(name.includes("/") ? { hub: name } : name, currentFolder);
  const files = await source.fetch({ signal, onProgress: onFetch, onNotice: (text) => progress.line(`Note: ${harmless(text)}`) });
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
