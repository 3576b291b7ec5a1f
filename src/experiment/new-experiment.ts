import { columnSlot } from "../tasks/template.js";

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
        readonly task: "classification" | "generation";
        /** Empty: not known; the labels themselves are used. */
        readonly labels: readonly string[];
      };
  readonly model: string;
}

/** What a new file says where nothing is known of the data: names to be replaced. */
export const exampleData: NewExperiment["data"] = { type: "files", train: "train.tsv", texts: ["text"], answer: "label", task: "classification", labels: [] };

/** The text of a new experiment file: short, with comments that say what to look at first. Everything else has a default. */
export function newExperimentText({ name, data, model }: NewExperiment): string {
  const task = data.type === "sample" ? "classification" : data.task;
  const answer = task === "classification" ? "label" : "output";
  const texts = data.type === "sample" ? ["text"] : data.texts;
  const slots = slotNames(texts);
  const json = JSON.stringify;
  const columns = data.type === "sample" ? "" : [...texts.map((column, i) => `${json(slots[i])}: ${json(column)}`), `${json(answer)}: ${json(data.answer)}`].join(", ");
  const dataset = data.type === "sample" ? json(data.name) : `{\n    "train": ${json(data.train)},\n    // Slot of the template → column of the file.\n    "columns": { ${columns} }\n  }`;
  const shown = slots.length === 1 ? `${slotTitle(slots[0])}: {${slots[0]}}\n` : slots.map((slot) => `${slotTitle(slot)}: {${slot}}\n`).join("");
  const template = `${shown}{soft:20}${task === "classification" ? "Answer:{label}" : "Answer:{output}"}`;
  const labels = data.labels.map((label) => `${json(label)}: ${json(` ${label}`)}`).join(", ");
  const verbalizer = labels === "" ? "" : `\n    // Label → the words the model answers with; the space in front belongs to the word.\n    "verbalizer": { ${labels} },`;
  const metric = task === "classification" ? "accuracy" : "rougeL";
  return `{
  "name": ${json(name)},
  // The frozen language model.
  "model": ${json(model)},
  "dataset": ${dataset},
  "task": {
    "type": ${json(task)},
    // {soft:20}: 20 virtual tokens, the only thing that is trained. Their place and their number are worth trying.
    "template": ${json(template)},${verbalizer}
    "maxTokens": { ${slots.map((slot) => `${json(slot)}: 128`).join(", ")} }
  },
  "method": { "type": "prompt-tuning", "init": { "type": "random" } },
  "training": { "steps": 300, "batchSize": 8, "learningRate": 0.01, "seed": 1 },
  "evaluation": { "every": 50, "metric": ${json(metric)} }
}
`;
}

/** A slot for every column: its own name where that can be one, else "text", "text2", … */
export function slotNames(columns: readonly string[]): string[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    const usable = columnSlot.test(column) && !["label", "output", "soft"].includes(column);
    let slot = usable ? column : "text";
    for (let i = 2; taken.has(slot); i++) slot = `${usable ? column : "text"}${i}`;
    taken.add(slot);
    return slot;
  });
}

const slotTitle = (slot: string): string => slot.charAt(0).toUpperCase() + slot.slice(1);

/** The column that most likely holds the answer: by its usual names, else the last one. */
export function likelyAnswer(columns: readonly string[]): string | undefined {
  const usual = ["label", "labels", "class", "category", "target", "output", "answer", "response", "completion", "sentiment", "intent", "y"];
  return usual.map((name) => columns.find((column) => column.trim().toLowerCase() === name)).find((column) => column !== undefined) ?? columns.at(-1);
}
