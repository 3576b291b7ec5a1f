import { PromptTuningError } from "../../common/errors.js";
import type { Example } from "../../data/example.js";
import type { Head, Sequence } from "../../engine/program.js";
import type { EncodedPrompt } from "../encode-template.js";
import { TextGeneration, type GenerationTaskOptions } from "../generation.js";
import type { SequenceLabellingTask, TaskNotice } from "../task.js";
import { tokensSlot } from "../task-facts.js";
import { spanList } from "./span-list.js";
import { spansOf } from "./spans.js";
import { tagList } from "./tag-list.js";
import type { Reading, ReadingProblems, TargetForm, TypeWords } from "./target-form.js";
import { readTags, readWords } from "./words-and-tags.js";

export interface SequenceLabellingOptions extends GenerationTaskOptions {
  readonly types: TypeWords;
  readonly target: "spans" | "tags";
}

/** A row's words with the tags that were read from an answer. */
export interface LabelledRow {
  readonly words: readonly string[];
  readonly predicted: readonly string[];
  readonly expected?: readonly string[];
  /** The answer as it was generated. */
  readonly generated: string;
  readonly problems: ReadingProblems;
}

interface Row {
  readonly words: readonly string[];
  readonly tags?: readonly string[];
  /** The row as the language model is given it: its words with single spaces, as many as fit, and the target text. */
  readonly shown: Example;
  /** Words at the end that did not fit. */
  readonly unseen: number;
}

/**
 * Sequence labelling as text generation: the tags are written as a text (see TargetForm), the backbone is trained to go on
 * with it, and what it generates is read back to one tag a word. Words that do not fit are neither shown nor asked for;
 * in an evaluation their spans count as not found.
 */
export class SequenceLabelling implements SequenceLabellingTask {
  readonly type = "sequence-labelling";
  readonly types: readonly string[];
  private readonly generation: TextGeneration;
  private readonly form: TargetForm;
  private readonly kept = new WeakMap<Example, Row>();

  constructor(options: SequenceLabellingOptions) {
    this.types = [...options.types.keys()];
    this.generation = new TextGeneration(options);
    this.form = options.target === "spans" ? spanList(options.types) : tagList(options.types);
  }

  get head(): Head {
    return this.generation.head;
  }
  get virtualTokens(): number {
    return this.generation.virtualTokens;
  }
  get maxNewTokens(): number {
    return this.generation.maxNewTokens;
  }
  get stopTokenIds(): readonly number[] {
    return this.generation.stopTokenIds;
  }
  get scoredRowLimit(): number {
    return this.generation.scoredRowLimit;
  }

  check(examples: readonly Example[], split: string): readonly TaskNotice[] {
    const rows = examples.map((example) => this.row(example));
    const untagged = rows.findIndex(({ tags }) => tags === undefined);
    if (untagged >= 0) throw new PromptTuningError("data", `Row ${examples[untagged].index + 1} has no tags.`, { advice: "Give every row tags, or remove the row." });
    const shown = this.generation.check(rows.map((row) => row.shown), split);
    const short = rows.filter(({ unseen }) => unseen > 0);
    const lost = short.reduce((sum, { tags, words, unseen }) => sum + spansOf(tags!).filter(({ end }) => end > words.length - unseen).length, 0);
    // Words that were named twice, of which only the second is a span: the target text does not say which.
    const unclear = rows.filter(({ words, tags, shown: { output }, unseen }) => unseen === 0 && this.form.read(output!, words).tags.join(" ") !== properBio(tags!)).length;
    return [
      ...shown,
      ...(short.length > 0 ? [{ code: "words-cut", message: `${split}: ${short.length} of ${rows.length} rows were too long and lost words at their end (words: ${short.reduce((sum, { unseen }) => sum + unseen, 0)}, spans: ${lost}).` }] : []),
      ...(unclear > 0 ? [{ code: "unclear-target", message: `${split}: the target text of ${unclear} of ${rows.length} rows can be read as other tags too, because the words of a span stand in the row more than once: a perfect answer would miss them.` }] : []),
    ];
  }

  encoded(example: Example): EncodedPrompt {
    return this.generation.encoded(this.row(example).shown);
  }

  trainingSequence(example: Example): Sequence {
    return this.generation.trainingSequence(this.row(example).shown);
  }

  promptSequence(example: Example): Sequence {
    return this.generation.promptSequence(this.row(example).shown);
  }

  decode(tokenIds: Int32Array): string {
    return this.generation.decode(tokenIds);
  }

  labelled(example: Example): { readonly words: readonly string[]; readonly tags?: readonly string[] } {
    return this.row(example);
  }

  read(example: Example, generated: string): Reading {
    const { words, unseen } = this.row(example);
    const { tags, problems } = this.form.read(generated, words.slice(0, words.length - unseen));
    return { tags: [...tags, ...new Array<string>(unseen).fill("O")], problems };
  }

  private row(example: Example): Row {
    const known = this.kept.get(example);
    if (known) return known;
    const words = readWords(example.fields[tokensSlot] ?? "");
    const tags = example.output === undefined ? undefined : this.tagsOf(example, example.output, words.length);
    const row = this.fitting(example, words, tags);
    this.kept.set(example, row);
    return row;
  }

  private tagsOf(example: Example, cell: string, words: number): readonly string[] {
    const read = readTags(cell, words);
    if ("problem" in read) throw new PromptTuningError("data", `Row ${example.index + 1} ${read.problem}.`, { advice: read.advice });
    const unknown = spansOf(read.tags).find(({ type }) => !this.types.includes(type));
    if (!unknown) return read.tags;
    throw new PromptTuningError("data", `Row ${example.index + 1} has a span of the type ${JSON.stringify(unknown.type)}, which the verbalizer does not know.`, {
      reason: `Known types: ${this.types.slice(0, 20).map((type) => JSON.stringify(type)).join(", ")}${this.types.length > 20 ? ` and ${this.types.length - 20} more` : ""}.`,
      advice: "Correct the row, or add the type to task.verbalizer.",
    });
  }

  /** The row with as many whole words as fit. */
  private fitting(example: Example, words: readonly string[], tags: readonly string[] | undefined): Row {
    const first = (count: number): Row => ({
      words,
      tags,
      unseen: words.length - count,
      shown: { index: example.index, fields: Object.assign(Object.create(null) as Record<string, string>, example.fields, { [tokensSlot]: words.slice(0, count).join(" ") }), ...(tags ? { output: this.form.write(words.slice(0, count), tags.slice(0, count)) } : {}) },
    });
    const fits = ({ shown }: Row): boolean => !this.generation.encoded(shown).cutSlots.includes(tokensSlot);
    const whole = first(words.length);
    if (fits(whole)) return whole;
    let [low, high] = [0, words.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (fits(first(middle))) low = middle;
      else high = middle - 1;
    }
    return first(low);
  }
}

/** Tags as one text, with I- that continues nothing written as the B- it is read as. */
function properBio(tags: readonly string[]): string {
  return tags.map((tag, index) => (tag.startsWith("I-") && tags[index - 1]?.slice(2) !== tag.slice(2) ? `B-${tag.slice(2)}` : tag)).join(" ");
}

/** The types of spans in rows, in alphabetical (UTF-16) order. Rows that cannot be read are left to `check`. */
export function spanTypes(examples: Iterable<Example>): string[] {
  const types = new Set<string>();
  for (const { fields, output = "" } of examples) {
    const read = readTags(output, readWords(fields[tokensSlot] ?? "").length);
    if ("tags" in read) for (const { type } of spansOf(read.tags)) types.add(type);
  }
  return [...types].sort();
}
