import { stat } from "node:fs/promises";
import path from "node:path";
import { listCatalogue } from "../../backbone/sources/catalogue.js";
import { expandHome } from "../../backbone/sources/expand-home.js";
import { isHubName } from "../../backbone/sources/hub-name.js";
import { formatOf } from "../../backbone/sources/model-choice.js";
import { nearestOf } from "../../common/nearest.js";
import { quoted } from "../diagnostic.js";
import type { Experiment } from "../schema.js";
import type { CheckContext, Findings } from "./context.js";

/** Whether the backbone an experiment names can be found: the catalogue's names, local paths, the form of a hub name. Nothing is opened or fetched. */
export async function checkModel(model: Experiment["model"], { folder }: CheckContext, findings: Findings): Promise<void> {
  if (typeof model === "string") return checkCatalogueName(model, findings);
  if ("hub" in model) {
    if (!isHubName(model.hub)) findings.value(`${quoted(model.hub)} is not the name of a hub repository. Write it as "owner/name".`, ["model", "hub"]);
    if (model.file !== undefined && !formatOf(model.file)) findings.value("Models are read from .gguf and .onnx files, and from model.safetensors.", ["model", "file"]);
    return;
  }
  const place = path.resolve(folder, expandHome(model.path));
  const found = await stat(place).catch(() => undefined);
  if (!found) findings.value(`There is no file or folder ${quoted(model.path)}, seen from this file's folder.`, ["model", "path"]);
  else if (!found.isDirectory() && !formatOf(place)) findings.value("Models are read from .gguf and .onnx files, and from model.safetensors. Name such a file, or a folder that holds one.", ["model", "path"]);
}

function checkCatalogueName(name: string, findings: Findings): void {
  const names = listCatalogue().map((entry) => entry.name);
  if (names.includes(name.toLowerCase())) return;
  const nearest = nearestOf(name, names);
  const local = formatOf(name) !== undefined || /^[.~/\\]/.test(name);
  const [hint, replacement] =
    nearest !== undefined
      ? [` Did you mean ${quoted(nearest)}?`, JSON.stringify(nearest)]
      : local
        ? [" A file of your own is written { \"path\": \"…\" }.", `{ "path": ${JSON.stringify(name)} }`]
        : name.includes("/") && isHubName(name)
          ? [" A repository of the hub is written { \"hub\": \"owner/name\" }.", `{ "hub": ${JSON.stringify(name)} }`]
          : [` It holds ${names.map((known) => quoted(known)).join(", ")}; a file of your own is written { "path": "…" }.`, undefined];
  findings.value(`There is no model named ${quoted(name)} in the catalogue.${hint}`, ["model"], { replacement });
}
