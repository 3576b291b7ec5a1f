import { PromptTuningError } from "../common/errors.js";
import type { Example } from "../data/example.js";
import type { Head, ScoredRow, Sequence } from "../engine/program.js";
import { appendTokens } from "./append-tokens.js";
import { createTemplateEncoder, type EncodedPrompt, type TemplateEncoder, type TemplateEncoderOptions } from "./encode-template.js";
import { EncodedExamples } from "./encoded-examples.js";
import { nearestOf } from "../common/nearest.js";
import type { ClassificationTask, TaskNotice } from "./task.js";
import type { Pooling } from "./task-facts.js";
import { virtualTokenCount, type Template } from "./template.js";
import { buildVerbalizerTree, labelLogProbabilities, requireSingleTokens, type Verbalizer, type VerbalizerTree } from "./verbalizer.js";

export interface ClassificationOptions extends TemplateEncoderOptions {
  readonly template: Template;
  readonly verbalizer: Verbalizer;
  /** Whether the words are labels of the data, in which special tokens are plain text. */
  readonly wordsFromData?: boolean;
}

/** The row whose output predicts the answer's first token. */
function answerRow({ tokens, maskRow }: EncodedPrompt): number {
  return maskRow ?? tokens.length - 1;
}

/** Labels scored as words of the backbone's vocabulary: behind the text, or by an encoder in the mask's place. The head's rows are the tokens that distinguish labels. */
export class WordClassification implements ClassificationTask {
  readonly type = "classification";
  readonly head: Head;
  readonly virtualTokens: number;
  readonly labels: readonly string[];
  private readonly tree: VerbalizerTree;
  private readonly rows: LabelledRows;

  constructor(options: ClassificationOptions) {
    // The words depend on whether the template gives them its last space, not on the room they take: so twice.
    const { answerText } = createTemplateEncoder(options.template, options);
    this.tree = buildVerbalizerTree(options.verbalizer, options.tokenizer, { answerText, allowSpecial: !options.wordsFromData });
    if (options.frame) requireSingleTokens(options.verbalizer, options.tokenizer, answerText);
    const answerTokens = Math.max(...this.tree.nodes.map((node) => node.prefix.length));
    this.rows = new LabelledRows(this.tree.labels, createTemplateEncoder(options.template, { ...options, answerTokens }), options.cut);
    this.labels = this.tree.labels;
    this.head = { kind: "words", tokenIds: this.tree.tokenIds };
    this.virtualTokens = virtualTokenCount(options.template);
  }

  check(examples: readonly Example[], split: string): readonly TaskNotice[] {
    return this.rows.check(examples, split);
  }

  encoded(example: Example): EncodedPrompt {
    return this.rows.encoded.get(example);
  }

  labelIndex(example: Example): number {
    return this.rows.labelIndex(example);
  }

  /** The way to the right label: its tokens up to the last decision, one scored row a decision. */
  trainingSequence(example: Example): Sequence {
    const steps = this.tree.steps[this.labelIndex(example)];
    const prompt = this.rows.encoded.get(example);
    const start = answerRow(prompt);
    const scored = steps.map(({ node, target }): ScoredRow => {
      const { prefix, allowed } = this.tree.nodes[node];
      return { row: start + prefix.length, target, allowed };
    });
    return appendTokens(prompt, this.tree.nodes[steps.at(-1)!.node].prefix, scored);
  }

  /** One sequence a path of the tree. The targets are the first possible token: only the log-probabilities are used. */
  scoringSequences(example: Example): readonly Sequence[] {
    const prompt = this.rows.encoded.get(example);
    const start = answerRow(prompt);
    return this.tree.paths.map(({ tokens, nodes }) =>
      appendTokens(
        prompt,
        tokens,
        nodes.map((node) => {
          const { prefix, allowed } = this.tree.nodes[node];
          return { row: start + prefix.length, target: allowed[0], allowed };
        }),
      ),
    );
  }

  assemble(logProbabilities: readonly (readonly Float32Array[])[]): Float64Array {
    const nodeScores: Float32Array[] = [];
    this.tree.paths.forEach(({ nodes }, path) => nodes.forEach((node, row) => (nodeScores[node] = logProbabilities[path][row])));
    return labelLogProbabilities(this.tree, nodeScores);
  }
}

export interface LinearOptions extends ClassificationOptions {
  /** How an encoder's row becomes one vector; absent for a decoder, whose last position is read. */
  readonly pooling?: Pooling;
}

/** Labels scored by a light linear head: on the last position of the prompt, or on an encoder's whole row. Its rows are the labels in their order. */
export class LinearClassification implements ClassificationTask {
  readonly type = "classification";
  readonly head: Head;
  readonly virtualTokens: number;
  readonly labels: readonly string[];
  private readonly rows: LabelledRows;
  private readonly readsFirst: boolean;

  constructor(options: LinearOptions) {
    this.labels = [...options.verbalizer.keys()];
    if (this.labels.length < 2) throw new PromptTuningError("experiment", "Classification needs at least two labels.", { advice: "Add rows of other labels to the training data.", setting: ["dataset", "columns", "label"] });
    this.rows = new LabelledRows(this.labels, createTemplateEncoder(options.template, options), options.cut);
    const { pooling } = options;
    this.readsFirst = pooling !== undefined;
    this.head = { kind: "linear", classes: this.labels.length, ...(pooling === undefined || pooling === "cls" ? {} : { pooling }) };
    this.virtualTokens = virtualTokenCount(options.template);
  }

  check(examples: readonly Example[], split: string): readonly TaskNotice[] {
    return this.rows.check(examples, split);
  }

  encoded(example: Example): EncodedPrompt {
    return this.rows.encoded.get(example);
  }

  labelIndex(example: Example): number {
    return this.rows.labelIndex(example);
  }

  trainingSequence(example: Example): Sequence {
    return this.sequence(example, this.labelIndex(example));
  }

  scoringSequences(example: Example): readonly Sequence[] {
    return [this.sequence(example, 0)];
  }

  assemble(logProbabilities: readonly (readonly Float32Array[])[]): Float64Array {
    return Float64Array.from(logProbabilities[0][0]);
  }

  private sequence(example: Example, target: number): Sequence {
    const prompt = this.rows.encoded.get(example);
    return appendTokens(prompt, new Int32Array(0), [{ row: this.readsFirst ? 0 : prompt.tokens.length - 1, target }]);
  }
}

/** The rows of a classification: their encoded texts and their labels, checked. */
class LabelledRows {
  readonly encoded: EncodedExamples;
  private readonly indexOf: ReadonlyMap<string, number>;

  constructor(
    private readonly labels: readonly string[],
    encoder: TemplateEncoder,
    cut: readonly string[] | undefined,
  ) {
    this.encoded = new EncodedExamples(encoder, cut);
    this.indexOf = new Map(labels.map((label, index) => [label, index]));
  }

  labelIndex(example: Example): number {
    if (example.label === undefined) throw new PromptTuningError("data", `Row ${example.index + 1} has no label.`, { advice: "Give every row a label, or remove the row." });
    const index = this.indexOf.get(example.label);
    if (index !== undefined) return index;
    const nearest = nearestOf(example.label, this.labels);
    throw new PromptTuningError("data", `Row ${example.index + 1} has the label ${JSON.stringify(example.label)}, which the verbalizer does not know.`, {
      reason: `Known labels: ${listed(this.labels)}.${nearest === undefined ? "" : ` The nearest is ${JSON.stringify(nearest)}.`}`,
      advice: "Correct the row, or add the label to task.verbalizer.",
    });
  }

  check(examples: readonly Example[], split: string): readonly TaskNotice[] {
    const seen = new Set(examples.map((example) => this.labelIndex(example)));
    const notices = [...this.encoded.check(examples, split)];
    const missing = this.labels.filter((_, index) => !seen.has(index));
    // Of the training split the dataset says it itself.
    if (missing.length > 0 && split !== "train")
      notices.push({ code: "label-unused", message: `No row of ${split} has the label${missing.length === 1 ? "" : "s"} ${listed(missing)}: its F1 counts as 0 in the macro-F1.` });
    return notices;
  }
}

function listed(labels: readonly string[]): string {
  const shown = labels.slice(0, 20).map((label) => JSON.stringify(label));
  return shown.join(", ") + (labels.length > shown.length ? ` and ${labels.length - shown.length} more` : "");
}
