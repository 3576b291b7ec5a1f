import { listCatalogue } from "../../backbone/sources/catalogue.js";
import { descriptionEnding } from "../../data/description/ending.js";
import { dataFileEndings } from "../../data/reading/file-endings.js";
import { sampleFacts } from "../../data/samples/sample-facts.js";
import { spanTypes } from "../../tasks/labelling/sequence-labelling.js";
import { factsOfType, tokensSlot } from "../../tasks/task-facts.js";
import { columnSlot } from "../../tasks/template.js";
import { slotPlaces } from "../template-slots.js";
import type { Completion, ExperimentFacts } from "./completion.js";
import { completeTemplate } from "./complete-template.js";
import { type CursorPlace, cursorPlace, keysAt, valueAt } from "./place.js";

/**
 * What can be written at a cursor (UTF-16 offset) that the JSON schema does not know: columns, labels, slots, models with
 * their sizes, samples, files. Never throws, whatever the text.
 */
export async function completeExperiment(text: string, cursor: number, facts: ExperimentFacts): Promise<Completion[]> {
  const place = cursorPlace(text, cursor);
  if (!place) return [];
  const { path, atKey, root } = place;
  const at = path.join("/");
  const [first, second] = path;
  if (atKey) {
    if (at.startsWith("dataset/columns/") && path.length === 3) return keys(place, missing(place, slotsOf(root)), "slot", (slot) => `"${slot}"`, "slot of the template");
    if (at.startsWith("task/maxTokens/") && path.length === 3) return keys(place, missing(place, slotsOf(root).filter((slot) => slot !== answerOf(root))), "slot", () => "128", "slot of the template");
    if (at.startsWith("task/verbalizer/") && path.length === 3) return keys(place, missing(place, await labelsOf(root, facts)), "label", (label) => JSON.stringify(answerOf(root) === "tags" ? label : ` ${label}`), "label of the data");
    return [];
  }
  if (at.startsWith("task/cut/") && path.length === 3) return values(place, slotsOf(root).filter((slot) => slot !== answerOf(root)), "slot", "slot of the template");
  if (at === "task/template") return completeTemplate(text, cursor, place, facts);
  if (at.startsWith("dataset/columns/") && path.length === 3) return values(place, await facts.columns(), "column", "column of the data");
  if (at === "dataset" || at === "dataset/sample") return sampleFacts.map(({ name, title }) => value(place, name, "sample", title));
  if (first === "dataset" && (second === "train" || second === "validation" || second === "test") && path.length === 2) return values(place, await facts.files(dataFileEndings), "file", "data file");
  if (at === "dataset/description") return values(place, await facts.files([descriptionEnding]), "file", "data set");
  if (at === "model") return listCatalogue().map(({ name, title, file, contextLength }) => value(place, name, "model", `${title}, ${Math.round(file.size / 1e6)} MB, context of ${contextLength} tokens`));
  if (at === "model/path") return values(place, await facts.files([".gguf", ".onnx"]), "file", "model file");
  return [];
}

function values(place: CursorPlace, names: readonly string[], kind: Completion["kind"], detail: string): Completion[] {
  return names.map((name) => value(place, name, kind, detail));
}

function value({ offset, length }: CursorPlace, name: string, kind: Completion["kind"], detail: string): Completion {
  return { label: name, kind, insert: JSON.stringify(name), offset, length, detail };
}

/** Keys with a first value; where the key has one already, only its name. */
function keys(place: CursorPlace, names: readonly string[], kind: Completion["kind"], valueOf: (name: string) => string, detail: string): Completion[] {
  const written = place.length > 0 && valueAt(place.root, place.path) !== undefined;
  return names.map((name) => ({ label: name, kind, insert: written ? JSON.stringify(name) : `${JSON.stringify(name)}: ${valueOf(name)}`, offset: place.offset, length: place.length, detail }));
}

/** The names that the object around the cursor does not have yet. */
function missing({ path, root }: CursorPlace, names: readonly string[]): string[] {
  const present = keysAt(root, path.slice(0, -1));
  return names.filter((name) => !present.includes(name) || name === path.at(-1));
}

function answerOf(root: unknown): string {
  return factsOfType(valueAt(root, ["task", "type"])).answer;
}

/** The column slots of the template, and the answer. */
function slotsOf(root: unknown): string[] {
  const template = valueAt(root, ["task", "template"]);
  const names = typeof template === "string" ? slotPlaces(template).map(({ name }) => name).filter((name) => columnSlot.test(name) && name !== "soft") : [];
  return [...new Set([...names, answerOf(root)])];
}

async function labelsOf(root: unknown, facts: ExperimentFacts): Promise<readonly string[]> {
  const dataset = valueAt(root, ["dataset"]);
  const name = typeof dataset === "string" ? dataset : valueAt(dataset, ["sample"]);
  const sample = sampleFacts.find((known) => known.name === name);
  if (sample) return sample.labels;
  if (answerOf(root) === "tags") return typesOf(dataset, facts);
  const column = valueAt(dataset, ["columns", "label"]);
  return facts.values(typeof column === "string" && column !== "" ? column : "label");
}

/** The types of spans among the rows that were looked at. */
async function typesOf(dataset: unknown, facts: ExperimentFacts): Promise<readonly string[]> {
  const columnOf = (slot: string): string => {
    const column = valueAt(dataset, ["columns", slot]);
    return typeof column === "string" && column !== "" ? column : slot;
  };
  const [words, tags] = [columnOf(tokensSlot), columnOf("tags")];
  return spanTypes((await facts.rows()).map((cells, index) => ({ index, fields: { [tokensSlot]: cells[words] ?? "" }, output: cells[tags] ?? "" })));
}
