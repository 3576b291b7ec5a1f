import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { encodeKobold } from "../adapter/kobold.js";
import { encodeNpy } from "../adapter/npy.js";
import { isFrontPrompt } from "../adapter/model-card.js";
import { writePeftAdapter } from "../adapter/peft-write.js";
import { checkOrigin } from "../adapter/prompt-origin.js";
import { readSoftPrompt } from "../adapter/read-prompt.js";
import { checkWidth } from "../adapter/soft-prompt.js";
import { PromptTuningError } from "../common/errors.js";
import { type Experiment, taskSchema } from "../experiment/schema.js";
import { writeFileAtomically } from "../runs/atomic-write.js";
import { nodeFileSystem } from "../runs/file-system.js";
import { createTask, readTemplate } from "../tasks/create-task.js";
import { taskContext } from "../tasks/task-context.js";
import { virtualTokenCount } from "../tasks/template.js";
import { programVersion } from "./versions.js";
import { loadBackbone } from "./load-backbone.js";
import { openPrompt, type OpenPrompt } from "./open-prompt.js";
import type { BackendOptions } from "./options.js";
import { moveModel } from "../experiment/relative-paths.js";

export const exportFormats = ["peft", "npy", "koboldai"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions extends BackendOptions {
  readonly format: ExportFormat;
  /** A folder for "peft", a file for the others. */
  readonly target: string;
  /** Replace what is there. Without it nothing of the person's is ever overwritten. */
  readonly overwrite?: boolean;
}

export interface Transferred {
  /** What was written, absolute. */
  readonly files: readonly string[];
  /** What the person should know about it. */
  readonly notices: readonly string[];
}

/** Writes a learned prompt for other programs. @throws PromptTuningError kind "storage", "run" or "model". */
export async function exportPrompt(reference: string, options: ExportOptions): Promise<Transferred> {
  const target = path.resolve(options.target);
  await refuseOverwriting(target, options.overwrite ?? false);
  const prompt = await openPrompt(reference, options);
  try {
    await mkdir(path.dirname(target), { recursive: true });
    return options.format === "peft" ? exportPeft(prompt, target) : exportArray(prompt, target, options.format);
  } finally {
    await prompt.dispose();
  }
}

function exportPeft({ run, task, taskSettings, values, backbone, label }: OpenPrompt, target: string): Transferred {
  const model = run && moveModel(run.experiment.model, run.folder.path, target);
  writePeftAdapter(target, {
    prompt: values.prompt,
    virtualTokens: task.virtualTokens,
    backbone: backbone.description,
    model,
    revision: typeof model === "object" && "hub" in model ? model.revision : undefined,
    init: run?.experiment.method.init ?? { type: "random" },
    task: taskSettings,
    programVersion,
    labels: task.type === "classification" ? task.labels : task.type === "sequence-labelling" ? task.types : undefined,
    head: task.head.kind === "linear" ? { weight: values["head.weight"], bias: values["head.bias"] } : undefined,
    run: label,
  });
  const { encoder } = backbone.description;
  const notices = isFrontPrompt(taskSettings, encoder !== undefined)
    ? []
    : encoder
      ? ["PEFT puts a prompt before an encoder's begin token and reads the first position through the model's own pooler; this one was trained otherwise, so PEFT will load it but answer differently. The template {soft:20}[CLS]{text}[SEP] with task.pooling \"pooler\" is PEFT's."]
      : ["PEFT inserts a prompt only in front of the text; this one was trained at another place of its template, so PEFT will load it but answer differently. tuning.json holds the template."];
  return { files: [target], notices };
}

function exportArray({ task, values, backbone, label }: OpenPrompt, target: string, format: "npy" | "koboldai"): Transferred {
  const shape = [task.virtualTokens, backbone.description.hiddenSize];
  const soft = { prompt: values.prompt, virtualTokens: shape[0], width: shape[1] };
  const bytes = format === "npy" ? encodeNpy({ shape, values: values.prompt }) : encodeKobold(soft, { name: label, author: "", supported: [backbone.description.name], description: "A soft prompt trained with Prompt Tuning Lab." });
  writeFileAtomically(nodeFileSystem, target, bytes, `write ${path.basename(target)}`);
  const { encoder, kind } = backbone.description;
  const notices = [
    ...(task.head.kind === "linear" ? ["The light head is not part of this format; export as peft to keep it."] : []),
    ...(format === "koboldai" && (encoder || kind) ? [`KoboldAI runs decoders only; ${backbone.description.name} is ${encoder ? "an encoder" : "an encoder-decoder"}.`] : []),
  ];
  return { files: [target], notices };
}

async function refuseOverwriting(target: string, overwrite: boolean): Promise<void> {
  if (overwrite || !existsSync(target)) return;
  const empty = await readdir(target).then((names) => names.length === 0, () => false);
  if (empty) return;
  throw new PromptTuningError("storage", `${target} is there already.`, { advice: "Choose another place, or allow to replace it with --overwrite.", file: target });
}

export interface ImportOptions extends BackendOptions {
  /** Name of the imported prompt; the source's own when absent. */
  readonly name?: string;
  /** How the prompt is used, where the source does not say it. */
  readonly template?: string;
  readonly verbalizer?: Readonly<Record<string, string>>;
  /** The backbone the prompt was trained for, where the source does not say it. A path is relative to the current folder. */
  readonly model?: Experiment["model"];
}

/**
 * Takes in a prompt trained elsewhere (PEFT folder, .safetensors, .npy, KoboldAI zip): writes it as an adapter folder
 * under `.ptune/prompts`, beside the runs, ready for predict and inspect.
 * @throws PromptTuningError kind "model" where it is not a soft prompt or does not fit the backbone, "usage" where the
 * template or the backbone has to be told, "model" or "experiment" where the backbone cannot do what the template asks of it.
 */
export async function importPrompt(source: string, options: ImportOptions): Promise<{ readonly folder: string; readonly notices: readonly string[] }> {
  const read = readSoftPrompt(source);
  const tuning = read.adapter?.tuning;
  const name = options.name ?? path.basename(path.resolve(source)).replace(/\.(safetensors|npy|zip)$/i, "");
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    throw new PromptTuningError("usage", `"${name}" cannot be the name of a prompt.`, { reason: "Letters, digits, '.', '_' and '-' can stand in it, at most 64.", advice: "Choose one with --name." });
  }
  const folder = path.join(path.dirname(path.resolve(options.runsRoot)), "prompts", name);
  if (existsSync(folder)) throw new PromptTuningError("storage", `There is a prompt named "${name}" already.`, { advice: "Choose another name with --name.", file: folder });

  const classes = read.adapter?.head?.bias.length;
  const task = importedTask({ virtualTokens: read.virtualTokens, classes, known: tuning?.task }, options);
  const given = options.model ?? tuning?.model ?? "smollm2-135m-instruct";
  const modelFolder = options.model === undefined && tuning?.model !== undefined ? path.resolve(source) : process.cwd();
  const labels = tuning?.labels ?? (task.type === "generation" ? undefined : Object.keys(task.verbalizer ?? {}));
  const backbone = await loadBackbone(given, modelFolder, options);
  const notices: string[] = [];
  try {
    checkWidth(read, backbone.description);
    if (read.adapter) notices.push(...checkOrigin(read.adapter, backbone.description));
    // What cannot be asked of this backbone is told now, not at the first use.
    createTask(task, taskContext(backbone, labels ?? []));
    await mkdir(path.dirname(folder), { recursive: true });
    writePeftAdapter(folder, {
      prompt: read.prompt,
      virtualTokens: read.virtualTokens,
      backbone: backbone.description,
      model: moveModel(given, modelFolder, folder),
      init: tuning?.method.init ?? { type: "random" },
      task,
      programVersion,
      labels,
      head: read.adapter?.head,
    });
  } finally {
    await backbone.dispose();
  }
  if (options.model === undefined && tuning?.model === undefined) notices.push("The source does not say which backbone it was trained on; smollm2-135m-instruct has the right width and was assumed. Name another with --model.");
  return { folder, notices };
}

interface ImportedPrompt {
  readonly virtualTokens: number;
  /** Rows of its light head, where it has one. */
  readonly classes?: number;
  /** The task, where the source says it. */
  readonly known?: Experiment["task"];
}

function importedTask({ virtualTokens, classes, known }: ImportedPrompt, { template, verbalizer }: ImportOptions): Experiment["task"] {
  if (template === undefined && known) return known;
  if (template === undefined) {
    const example = classes === undefined ? `{soft:${virtualTokens}}{text}` : `{soft:${virtualTokens}}[CLS]{text}[SEP]`;
    throw new PromptTuningError("usage", "The prompt does not say how it is used.", {
      reason: `It holds ${virtualTokens} virtual tokens${classes === undefined ? "" : `, a light head of ${classes} labels,`} and no template.`,
      advice: `Give one: --template "${example}" (and --verbalizer label=words for classification).`,
    });
  }
  const task = taskSchema.parse(classes === undefined ? taskByWords(template, verbalizer) : taskByHead(template, classes, verbalizer));
  const count = virtualTokenCount(readTemplate(task));
  if (count === virtualTokens) return task;
  throw new PromptTuningError("usage", `The template has ${count} virtual tokens, the prompt ${virtualTokens}.`, { advice: `Write {soft:${virtualTokens}} where the prompt belongs.` });
}

function taskByWords(template: string, verbalizer: ImportOptions["verbalizer"]): object {
  return verbalizer ? { type: "classification", template, verbalizer } : { type: "generation", template };
}

/** What PEFT trained for SEQ_CLS reads the first position through the model's pooler. Its labels have no names but their numbers. */
function taskByHead(template: string, classes: number, verbalizer: ImportOptions["verbalizer"]): object {
  const labels = verbalizer ?? Object.fromEntries(Array.from({ length: classes }, (_, index) => [String(index), String(index)]));
  if (Object.keys(labels).length !== classes) throw new PromptTuningError("usage", `The prompt's light head has ${classes} labels, --verbalizer names ${Object.keys(labels).length}.`, { advice: "Name every label once, in the order of the head's rows." });
  return { type: "classification", template, head: "linear", pooling: "pooler", verbalizer: labels };
}
