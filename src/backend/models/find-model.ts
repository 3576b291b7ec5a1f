import { stat } from "node:fs/promises";
import path from "node:path";
import type { ModelFacts, ModelProblem } from "../../backbone/facts/model-facts.js";
import { problemOf } from "../../backbone/facts/model-facts.js";
import { usableByName } from "../../backbone/facts/usable-instead.js";
import { familyOfModelType, parseConfigurationFile } from "../../backbone/safetensors/configuration-file.js";
import { catalogueEntry, listCatalogue } from "../../backbone/sources/catalogue.js";
import { expandHome } from "../../backbone/sources/expand-home.js";
import { isHubName } from "../../backbone/sources/hub-name.js";
import { type HubLook, HubSource } from "../../backbone/sources/hub-source.js";
import { listBackbones } from "../../backbone/sources/list-backbones.js";
import { LocalSource } from "../../backbone/sources/local-source.js";
import { formatOf } from "../../backbone/sources/model-choice.js";
import { PipSource } from "../../backbone/sources/pip-source.js";
import type { FetchOptions, ModelFiles } from "../../backbone/sources/source.js";
import { PromptTuningError } from "../../common/errors.js";

export interface FoundModel {
  readonly facts: Omit<ModelFacts, "weights" | "usableInstead">;
  /** Where its weights lie on this disk. */
  readonly files?: ModelFiles;
  /** Paths of its repository, where the hub was asked. */
  readonly repository?: readonly string[];
  /** Why a model that is not on this disk would not do. */
  readonly problem?: ModelProblem;
}

/** Finds what a person names: one of the catalogue, a file or folder, or a repository of the hub. @throws PromptTuningError. */
export async function findModel(name: string, baseFolder: string, options: FetchOptions & { readonly cache?: string }): Promise<FoundModel> {
  if (listCatalogue().some((entry) => entry.name === name.toLowerCase())) return findInCatalogue(name, options);
  const place = path.resolve(baseFolder, expandHome(name));
  if (await stat(place).catch(() => undefined)) return onDisk(await new LocalSource(place).fetch());
  // "owner/name", and a third part for one of its files.
  const [owner, repository, ...file] = name.split("/");
  if (repository && isHubName(`${owner}/${repository}`)) return findOnHub(`${owner}/${repository}`, file.length > 0 ? file.join("/") : undefined, options);
  throw new PromptTuningError("usage", `There is no model "${name}".`, {
    reason: `It is no file or folder here, and none of the catalogue (${listCatalogue().map((entry) => entry.name).join(", ")}).`,
    advice: "Name one of these, a path, or a repository of the hub as owner/name or owner/name/file.",
  });
}

function onDisk(files: ModelFiles, licence?: string): FoundModel {
  const { name, format, modelFile, folder, description, hubId, revision } = files;
  const file = path.relative(folder, modelFile).split(path.sep).join("/");
  const bytes = files.files.reduce((sum, { size }) => sum + size, 0);
  return { facts: { name, format, file, description, hubId, revision, onDisk: true, bytes, licence }, files };
}

async function findInCatalogue(name: string, { cache, ...options }: FetchOptions & { readonly cache?: string }): Promise<FoundModel> {
  const entry = catalogueEntry(name);
  const source = new PipSource(entry, { cache });
  const listed = (await listBackbones(cache)).find((backbone) => backbone.name === entry.name);
  if (listed?.state === "downloaded") return onDisk(await source.fetch(options), entry.licence);
  const { hubId, licence, contextLength, file } = entry;
  return { facts: { name: entry.name, format: "gguf", file: file.name, description: source.description, hubId, onDisk: false, bytes: file.size, licence, contextLength } };
}

async function findOnHub(hub: string, file: string | undefined, { cache, ...options }: FetchOptions & { readonly cache?: string }): Promise<FoundModel> {
  const source = new HubSource({ hub, file }, { cache });
  const local = await source.downloaded();
  let look: HubLook;
  try {
    look = await source.look(options);
  } catch (error) {
    // Without the hub the copy on this disk tells almost all.
    if (!local || !(error instanceof PromptTuningError) || error.kind === "stopped") throw error;
    return onDisk(local);
  }
  const repository = look.files.map(({ path: each }) => each);
  if (local) return { ...onDisk(local, look.licence), repository };
  const common = { name: hub, hubId: hub, revision: look.commit, onDisk: false, licence: look.licence, description: source.description };
  try {
    const [model, ...beside] = source.chooseFrom(look.files);
    const format = formatOf(model.path)!;
    const bytes = [model, ...beside].reduce((sum, { size }) => sum + size, 0);
    return { facts: { ...common, format, file: model.path, bytes, ...configFacts(look) }, repository, problem: problemByName(format, model.path, look) };
  } catch (error) {
    if (!(error instanceof PromptTuningError)) throw error;
    // None, or several to choose from: told with the files that would do.
    return { facts: { ...common, format: "onnx", file: "", bytes: 0, ...configFacts(look) }, repository, problem: problemOf(error) };
  }
}

/** What config.json alone tells. */
function configFacts({ config }: HubLook): Pick<ModelFacts, "family" | "contextLength" | "layers" | "hiddenSize"> {
  try {
    const found = parseConfigurationFile(config ?? "", "config.json");
    return {
      family: found.model_type,
      contextLength: found.max_position_embeddings ?? found.n_positions ?? undefined,
      layers: found.num_hidden_layers ?? found.n_layer ?? undefined,
      hiddenSize: found.hidden_size ?? found.n_embd ?? undefined,
    };
  } catch {
    // None, or of another kind of model.
    return {};
  }
}

/** What the name of a file and the configuration say against a model, before it is fetched. */
function problemByName(format: ModelFacts["format"], file: string, { config }: HubLook): ModelProblem | undefined {
  if (format === "safetensors") {
    try {
      familyOfModelType(parseConfigurationFile(config ?? "", "config.json").model_type, "config.json");
      return undefined;
    } catch (error) {
      if (error instanceof PromptTuningError) return problemOf(error);
      throw error;
    }
  }
  if (format !== "gguf" || usableByName([file], "").length > 0 || !/[-._](?:I?Q\d|TQ\d|MXFP4|NVFP4)/i.test(file)) return undefined;
  return { message: `${file} is stored in a way that is not read.`, reason: "Q1_0, Q8_K and NVFP4 are not supported.", advice: "Fetch a file of another quantisation of this model." };
}
