import { randomBytes } from "node:crypto";
import path from "node:path";
import type { BackboneDescription } from "../backbone/backbone.js";
import type { Experiment, Initialization, TaskSettings } from "../experiment/schema.js";
import { writeFileAtomically, writeNewFile } from "../runs/atomic-write.js";
import { type FileSystem, nodeFileSystem } from "../runs/file-system.js";
import { storageError } from "../runs/storage-error.js";
import { modelCard } from "./model-card.js";
import { classifierKey, configName, promptKey, promptTuningConfig, weightsName } from "./peft-config.js";
import { encodeSafetensors } from "./safetensors.js";
import { headName, type TuningFile, tuningName } from "./tuning-file.js";

/** A light head: scores = weight · hidden + bias. */
export interface LinearHead {
  /** [labels, width], row-major. */
  readonly weight: Float32Array;
  /** [labels]. */
  readonly bias: Float32Array;
}

export interface AdapterContent {
  /** [virtualTokens, backbone.hiddenSize], row-major. */
  readonly prompt: Float32Array;
  readonly virtualTokens: number;
  readonly backbone: Pick<BackboneDescription, "name" | "family" | "hiddenSize" | "layers" | "attentionHeads" | "hash" | "hubId" | "encoder" | "kind">;
  /** Revision of the backbone on the hub, if one was asked for. */
  readonly revision?: string;
  /** Where the backbone comes from; a path is relative to the adapter's folder. */
  readonly model?: Experiment["model"];
  readonly init: Initialization;
  readonly task: TaskSettings;
  readonly programVersion: string;
  readonly labels?: readonly string[];
  readonly head?: LinearHead;
  /** Name of the run's folder. */
  readonly run?: string;
  /** Lines for the model card. */
  readonly results?: readonly string[];
}

/**
 * Writes an adapter folder that PEFT loads. A new folder appears whole or not at all; in an existing one the adapter's
 * files are replaced one by one, each atomically, and other files are left alone.
 * @throws PromptTuningError kind "storage".
 */
export function writePeftAdapter(folder: string, content: AdapterContent, fileSystem: FileSystem = nodeFileSystem): void {
  const files = adapterFiles(content);
  const parent = path.dirname(path.resolve(folder));
  const assembled = path.join(parent, `.new-adapter-${randomBytes(6).toString("hex")}`);
  try {
    if (fileSystem.stat(folder)) {
      for (const [name, bytes] of files) writeFileAtomically(fileSystem, path.join(folder, name), bytes, `write ${name}`);
      if (!files.has(headName) && fileSystem.stat(path.join(folder, headName))) fileSystem.unlink(path.join(folder, headName));
      return;
    }
    fileSystem.makeFolder(assembled);
    for (const [name, bytes] of files) writeNewFile(fileSystem, path.join(assembled, name), bytes);
    fileSystem.syncFolder(assembled);
    fileSystem.rename(assembled, folder);
    fileSystem.syncFolder(parent);
  } catch (error) {
    try {
      fileSystem.removeFolder(assembled);
    } catch {
      // Hidden, and never taken for an adapter.
    }
    throw storageError("write the adapter", folder, error);
  }
}

/** An encoder's light head under the names by which PEFT loads it: the classifier of transformers' …ForSequenceClassification. RoBERTa's has another form. */
function classifierOf({ backbone, head }: AdapterContent): Parameters<typeof encodeSafetensors>[0] {
  if (!head || !backbone.encoder || /roberta/.test(backbone.family)) return {};
  const labels = head.bias.length;
  return { [`${classifierKey}.bias`]: { shape: [labels], values: head.bias }, [`${classifierKey}.weight`]: { shape: [labels, backbone.hiddenSize], values: head.weight } };
}

/** The files of an adapter folder by name. */
function adapterFiles(content: AdapterContent): Map<string, Uint8Array> {
  const { backbone, virtualTokens, prompt, head } = content;
  const width = backbone.hiddenSize;
  const tuning: TuningFile = {
    format: "prompt-tuning-lab/1",
    program: content.programVersion,
    backbone: { name: backbone.name, family: backbone.family, hiddenSize: width, sha256: backbone.hash, hubId: backbone.hubId },
    model: content.model,
    method: { type: "prompt-tuning", init: content.init },
    virtualTokens,
    task: content.task,
    labels: content.labels && [...content.labels],
    run: content.run,
  };
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const files = new Map<string, Uint8Array>([
    [weightsName, encodeSafetensors({ ...classifierOf(content), [promptKey]: { shape: [virtualTokens, width], values: prompt } })],
    [configName, text(promptTuningConfig(content))],
    [tuningName, text(`${JSON.stringify(tuning, null, 2)}\n`)],
    ["README.md", text(modelCard(tuning, content.results ?? [], backbone.encoder !== undefined))],
  ]);
  if (head) {
    const labels = head.bias.length;
    files.set(headName, encodeSafetensors({ "head.weight": { shape: [labels, width], values: head.weight }, "head.bias": { shape: [labels], values: head.bias } }));
  }
  return files;
}
