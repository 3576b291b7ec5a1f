import type { TemplateSetting } from "../protocol/backend/template-preview.js";
import { contextSlot, taskFacts, type TaskType, tokensSlot } from "../tasks/task-facts.js";
import { columnSlot } from "../tasks/template.js";
import type { Experiment } from "./schema.js";

/** Columns among the texts that are more than a text. */
export interface DataRoles {
  /** Holds the words of a sequence labelling. */
  readonly words?: string;
  /** Holds retrieved passages. */
  readonly context?: string;
  /** The one of several texts that is cut where a row is too long. */
  readonly cut?: string;
}

/** What a new experiment is about. */
export interface NewExperiment {
  /** As `experimentSchema` wants it: letters, digits, '.', '_' and '-'. */
  readonly name: string;
  readonly data:
    | { readonly type: "sample"; readonly name: string; readonly labels: readonly string[] }
    | {
        readonly type: "files";
        /** As the experiment writes it, relative to its file. */
        readonly train: string;
        /** Columns that the template shows, at least one. */
        readonly texts: readonly string[];
        readonly answer: string;
        readonly task: TaskType;
        /** Labels, or types of spans. Empty: not known; the labels themselves are used. */
        readonly labels: readonly string[];
        readonly roles?: DataRoles;
      }
    | {
        readonly type: "described";
        /** As the experiment writes it, relative to its file. */
        readonly description: string;
        /** Slot → column, where the description's roles do not say it. */
        readonly columns: Readonly<Record<string, string>>;
        /** Slots in the order of the template, without the answer's. */
        readonly slots: readonly string[];
        readonly task: TaskType;
        readonly labels: readonly string[];
        /** The slot that is cut where a row is too long. */
        readonly cut?: string;
        /** Template, verbalizer and limits that a person has written. */
        readonly setting?: TemplateSetting;
      };
  readonly model: Experiment["model"];
}

/** What a new file says where nothing is known of the data: names to be replaced. */
export const exampleData: NewExperiment["data"] = { type: "files", train: "train.tsv", texts: ["text"], answer: "label", task: "classification", labels: [] };

/** What a file says of its data: the setting itself, and what the task's lines follow from. */
interface DataLines {
  readonly dataset: string;
  readonly task: TaskType;
  readonly slots: readonly string[];
  readonly labels: readonly string[];
  readonly cut?: string;
  readonly setting?: TemplateSetting;
}

/** The text of a new experiment file: short, with comments that say what to look at first. Everything else has a default. */
export function newExperimentText({ name, data, model }: NewExperiment): string {
  const { dataset, task, slots, labels, cut, setting } = linesOf(data);
  const template = setting?.template ?? templateOf(slots, task);
  const verbalizer = setting ? wordLines(task, setting.verbalizer.map(({ label, words }) => [label, words])) : verbalizerLines(task, labels);
  const length = setting && Object.keys(setting.maxTokens).length > 0 ? `"maxTokens": ${oneLine(setting.maxTokens)}` : lengthLine(slots, cut);
  return `{
  "name": ${json(name)},
  // The frozen language model.
  "model": ${typeof model === "string" ? json(model) : oneLine(model)},
  "dataset": ${dataset},
  "task": {
    "type": ${json(task)},
    // {soft:${softTokens[task]}}: ${softTokens[task]} virtual tokens, the only thing that is trained. Their place and their number are worth trying.
    "template": ${json(template)},${verbalizer}
    ${length}
  },
  "method": { "type": "prompt-tuning", "init": { "type": "random" } },
  "training": { "steps": 300, "batchSize": 8, "learningRate": 0.01, "seed": 1 },
  "evaluation": { "every": 50, "metric": ${json(taskFacts[task].metric)} }
}
`;
}

function linesOf(data: NewExperiment["data"]): DataLines {
  if (data.type === "sample") return { dataset: json(data.name), task: "classification", slots: ["text"], labels: data.labels };
  if (data.type === "described") {
    const columns = Object.keys(data.columns).length === 0 ? "" : `,\n    // Slot of the template → column, beside those that the description names.\n    "columns": ${oneLine(data.columns)}`;
    return { ...data, dataset: `{\n    "description": ${json(data.description)}${columns}\n  }` };
  }
  const { answer } = taskFacts[data.task];
  const { roles = {} } = data;
  const texts = inOrder(data.texts, roles);
  const slots = slotNames(texts, { ...(roles.words === undefined ? {} : { [roles.words]: tokensSlot }), ...(roles.context === undefined ? {} : { [roles.context]: contextSlot }) }, answer);
  const columns = [...texts.map((column, i) => `${json(slots[i])}: ${json(column)}`), `${json(answer)}: ${json(data.answer)}`].join(", ");
  const dataset = `{\n    "train": ${json(data.train)},\n    // Slot of the template → column of the file.\n    "columns": { ${columns} }\n  }`;
  return { dataset, task: data.task, slots, labels: data.labels, cut: roles.cut === undefined ? undefined : slots[texts.indexOf(roles.cut)] };
}

/** Template and verbalizer of a new experiment, for a page on which a person goes on with them. */
export function newTemplateSetting(slots: readonly string[], task: TaskType, labels: readonly string[]): TemplateSetting {
  return {
    template: templateOf(slots, task),
    answer: taskFacts[task].answer,
    verbalizer: task === "classification" ? labels.map((label) => ({ label, words: ` ${label}` })) : [],
    maxTokens: slots.length === 1 ? { [slots[0]]: 128 } : {},
  };
}

/** An object of one level on one line, with spaces. */
const oneLine = (value: object): string => `{ ${Object.entries(value).map(([key, each]) => `${json(key)}: ${JSON.stringify(each)}`).join(", ")} }`;

const json = (value: string): string => JSON.stringify(value);

/** Few for a label, more for a text, about 100 for sequence labelling, as the literature has it. */
const softTokens: Readonly<Record<TaskType, number>> = { classification: 20, generation: 20, "sequence-labelling": 100 };
const answerTitles: Readonly<Record<TaskType, string>> = { classification: "Answer", generation: "Answer", "sequence-labelling": "Spans" };

/** Passages and the long text first, so that what is asked about them stands next to the answer; instructions before everything. */
function inOrder(texts: readonly string[], { context, cut }: DataRoles = {}): readonly string[] {
  const rank = (column: string): number => (column === "system" ? 0 : column === context ? 1 : column === cut ? 2 : 3);
  return texts.toSorted((a, b) => rank(a) - rank(b));
}

function templateOf(slots: readonly string[], task: TaskType): string {
  const { answer } = taskFacts[task];
  const shown = slots.map((slot) => (slot === "system" ? `{${slot}}\n` : `${slot === tokensSlot ? "Text" : slotTitle(slot)}: {${slot}}\n`)).join("");
  const title = task === "generation" && slots.includes("input") ? "Output" : answerTitles[task];
  return `${shown}{soft:${softTokens[task]}}${title}:{${answer}}`;
}

function verbalizerLines(task: TaskType, labels: readonly string[]): string {
  return wordLines(task, labels.map((label) => [label, task === "classification" ? ` ${label}` : label.replace(/[-_]+/gu, " ").trim() || label]));
}

function wordLines(task: TaskType, words: readonly (readonly [string, string])[]): string {
  if (words.length === 0) return "";
  const entries = words.map(([label, each]) => `${json(label)}: ${json(each)}`).join(", ");
  const comment = task === "classification" ? "Label → the words the model answers with; the space in front belongs to the word." : "Type of a span → how the model writes it.";
  return `\n    // ${comment}\n    "verbalizer": { ${entries} },`;
}

/** Two texts share one budget, so that a short one leaves room for the other. */
function lengthLine(slots: readonly string[], cut: string | undefined): string {
  const hasContext = slots.includes(contextSlot);
  if (cut === undefined && !hasContext) return `"maxTokens": { ${slots.map((slot) => `${json(slot)}: 128`).join(", ")} }`;
  if (hasContext) return `// A longer row loses passages, the last one first; nothing else is cut before.\n    "maxRowTokens": 256`;
  return `// A longer row loses the end of {${cut}}; nothing else is cut.\n    "maxRowTokens": 256,\n    "cut": [${json(cut!)}]`;
}

/** A slot for every column: the one it is given, its own name where that can be one, else "text", "text2", … */
export function slotNames(columns: readonly string[], given: Readonly<Record<string, string>> = {}, answer = "label"): string[] {
  // Given names first: another column that happens to be called so has to take another one.
  const taken = new Set<string>(Object.values(given));
  return columns.map((column) => {
    if (Object.hasOwn(given, column)) return given[column];
    const usable = columnSlot.test(column) && !["label", "output", "soft", answer].includes(column);
    let slot = usable ? column : "text";
    for (let i = 2; taken.has(slot); i++) slot = `${usable ? column : "text"}${i}`;
    taken.add(slot);
    return slot;
  });
}

const slotTitle = (slot: string): string => slot.charAt(0).toUpperCase() + slot.slice(1);

/** The column that most likely holds the answer: by its usual names, else the last one. */
export function likelyAnswer(columns: readonly string[]): string | undefined {
  const usual = ["label", "labels", "class", "category", "target", "output", "answer", "response", "completion", "sentiment", "intent", "tags", "ner_tags", "y"];
  return usual.map((name) => columns.find((column) => column.trim().toLowerCase() === name)).find((column) => column !== undefined) ?? columns.at(-1);
}
