import { open } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { crossChecks, type ExperimentSections } from "./cross-checks.js";
import { taskFacts } from "../tasks/task-facts.js";
import { type Diagnostic, ExperimentError } from "./diagnostic.js";
import { JsonDocument } from "./json-document.js";
import { type Experiment, experimentSchema } from "./schema.js";
import { schemaProblems } from "./schema-problems.js";

/** Largest experiment file read, in bytes and in UTF-16 units. */
const maximumSize = 1024 * 1024;

export interface ExperimentValidation {
  /** With every default filled in; undefined when there is an error. */
  readonly experiment?: Experiment;
  /** Errors and warnings in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface LoadedExperiment {
  readonly experiment: Experiment;
  /** Absolute path of the file. */
  readonly file: string;
  /** Absolute path of its folder: the experiment's paths are relative to it. */
  readonly folder: string;
  /** The file's text as it is. */
  readonly text: string;
  readonly warnings: readonly Diagnostic[];
}

/** An experiment's text, looked at as far as that goes without any file beside it. */
export interface ExperimentText extends ExperimentValidation {
  /** Places of the values; undefined for a text that is too long to be looked at. */
  readonly document?: JsonDocument;
  /** The sections that are right by themselves, for checks that need no more. */
  readonly sections: ExperimentSections;
}

/** Checks an experiment's text: every problem at once, each with its place. Never throws. */
export function validateExperimentText(text: string): ExperimentValidation {
  const { experiment, diagnostics } = readExperimentText(text);
  return experiment ? { experiment, diagnostics } : { diagnostics };
}

/** As `validateExperimentText`, with what further checks and editors build on. Never throws. */
export function readExperimentText(text: string): ExperimentText {
  const source = text.startsWith("\uFEFF") ? ` ${text.slice(1)}` : text;
  if (source.length > maximumSize)
    return { sections: {}, diagnostics: [{ message: `The file is longer than ${maximumSize} characters, too long for an experiment.`, severity: "error", path: [], line: 1, column: 1, offset: 0, length: 1 }] };
  const document = new JsonDocument(source);
  if (document.syntaxProblems.length > 0) return { document, sections: {}, diagnostics: document.syntaxProblems };
  const value = document.value();
  const parsed = experimentSchema.safeParse(value);
  const sections = acceptedSections(value);
  const diagnostics = [...document.keyProblems, ...(parsed.success ? [] : schemaProblems(parsed.error.issues, document)), ...crossChecks(sections, document)];
  diagnostics.sort((a, b) => a.offset - b.offset);
  if (!parsed.success || diagnostics.some((diagnostic) => diagnostic.severity === "error")) return { document, sections, diagnostics };
  return { document, sections, experiment: withTaskDefaults(parsed.data, document), diagnostics };
}

/**
 * Reads an experiment file.
 * @throws ExperimentError (kind "experiment") with all problems of the file, or kind "experiment" when there is no such
 * file, it is too large or not UTF-8
 */
export async function loadExperiment(path: string): Promise<LoadedExperiment> {
  const file = resolve(path);
  const text = await readExperimentSource(file);
  const { experiment, diagnostics } = validateExperimentText(text);
  if (!experiment) throw new ExperimentError(file, diagnostics);
  return { experiment, file, folder: dirname(file), text, warnings: diagnostics };
}

/** The defaults that depend on the type of task, so that the resolved copy shows them too. */
function withTaskDefaults(experiment: Experiment, document: JsonDocument): Experiment {
  const { evaluation, task } = experiment;
  const metric = evaluation.metric ?? taskFacts[task.type].metric;
  const given = document.has(["evaluation", "baselines"]);
  const baselines = given || task.type === "classification" ? evaluation.baselines : evaluation.baselines.filter((baseline) => baseline !== "majority");
  return { ...experiment, evaluation: { ...evaluation, metric, baselines } };
}

/** The sections that are right by themselves, whatever is wrong elsewhere. */
function acceptedSections(value: unknown): ExperimentSections {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const { model, dataset, task, method, training, evaluation } = experimentSchema.shape;
  const given = value as Record<string, unknown>;
  return {
    model: model.safeParse(given.model).data,
    dataset: dataset.safeParse(given.dataset).data,
    task: task.safeParse(given.task).data,
    method: method.safeParse(given.method).data,
    training: training.safeParse(given.training).data,
    evaluation: evaluation.safeParse(given.evaluation).data,
  };
}

/** The text of an experiment file. @throws PromptTuningError kind "experiment": there is none, it is too large or not UTF-8 */
export async function readExperimentSource(file: string): Promise<string> {
  const bytes = await readBounded(file);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new PromptTuningError("experiment", `${file} is not UTF-8 text.`, { file, advice: "Save it as UTF-8.", cause });
  }
}

async function readBounded(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file, "r");
    try {
      // One byte more than allowed is read, so that neither a growing file nor a device can fill the memory.
      const buffer = new Uint8Array(maximumSize + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
        length += bytesRead;
        if (length > maximumSize) throw new PromptTuningError("experiment", `${file} is larger than ${maximumSize} bytes, too large for an experiment.`, { file });
        if (bytesRead === 0) return buffer.subarray(0, length);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof PromptTuningError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === "ENOENT" ? "There is no such file." : code === "EISDIR" ? "It is a folder." : code === "EACCES" ? "Reading it is not permitted." : `The system says ${code ?? String(error)}.`;
    throw new PromptTuningError("experiment", `The experiment ${file} cannot be read.`, { file, reason, advice: "Check the path; an experiment is a file such as spam.ptune.json.", cause: error });
  }
}
