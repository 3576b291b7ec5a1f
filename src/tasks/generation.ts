import type { Tokenizer } from "../backbone/tokenizer/tokenizer.js";
import { PromptTuningError } from "../common/errors.js";
import type { Example } from "../data/example.js";
import type { Head, Sequence } from "../engine/program.js";
import { appendTokens } from "./append-tokens.js";
import { createTemplateEncoder, type EncodedPrompt, type TemplateEncoder, type TemplateEncoderOptions } from "./encode-template.js";
import { encodeText } from "./encode-text.js";
import { cutNotice, EncodedExamples } from "./encoded-examples.js";
import type { GenerationTask, TaskNotice } from "./task.js";
import { virtualTokenCount, type Template } from "./template.js";

export interface GenerationTaskOptions extends TemplateEncoderOptions {
  readonly template: Template;
  /** Most tokens of an answer, in training (the rest is cut, and no end is learned there) and in generation. */
  readonly maxNewTokens: number;
}

/** Memory for the log-probabilities of one scoring batch. */
const scoreMemory = 64 * 1024 * 1024;

/**
 * The answer is a text. Trained on every token of the answer and on the end-of-text token after it (a newline where the
 * backbone has none); each row weighs 1 / (number of rows), so the loss is the mean per token of an answer, and long
 * answers do not outweigh short ones.
 */
export class TextGeneration implements GenerationTask {
  readonly type = "generation";
  readonly head: Head = { kind: "vocabulary" };
  readonly virtualTokens: number;
  readonly maxNewTokens: number;
  readonly stopTokenIds: readonly number[];
  readonly scoredRowLimit: number;
  private readonly tokenizer: Tokenizer;
  private readonly encoder: TemplateEncoder;
  private readonly kept: EncodedExamples;
  private readonly endToken: number;

  constructor(options: GenerationTaskOptions) {
    this.tokenizer = options.tokenizer;
    this.maxNewTokens = options.maxNewTokens;
    this.endToken = endToken(options.tokenizer);
    this.stopTokenIds = [this.endToken];
    // The answer's last token is predicted, never read: the prompt needs room for one less than it may have.
    this.encoder = createTemplateEncoder(options.template, { ...options, answerTokens: options.maxNewTokens });
    this.kept = new EncodedExamples(this.encoder, options.cut);
    this.virtualTokens = virtualTokenCount(options.template);
    this.scoredRowLimit = Math.max(1, Math.floor(scoreMemory / (4 * options.tokenizer.vocabularySize)));
  }

  check(examples: readonly Example[], split: string): readonly TaskNotice[] {
    return [
      ...this.kept.check(examples, split),
      ...cutNotice(
        examples.map((example) => Math.max(0, this.answerTokens(example).length - this.maxNewTokens)),
        "answer-truncated",
        split,
        "given answers longer than task.maxNewTokens, which were cut at the end for training",
      ),
    ];
  }

  encoded(example: Example): EncodedPrompt {
    return this.kept.get(example);
  }

  trainingSequence(example: Example): Sequence {
    const prompt = this.kept.get(example);
    const answer = this.answerTokens(example);
    const targets = answer.length > this.maxNewTokens ? answer.subarray(0, this.maxNewTokens) : Int32Array.of(...answer, this.endToken);
    const start = prompt.tokens.length - 1;
    const weight = 1 / targets.length;
    return appendTokens(
      prompt,
      targets.subarray(0, -1),
      Array.from(targets, (target, index) => ({ row: start + index, target, weight })),
    );
  }

  promptSequence(example: Example): Sequence {
    return appendTokens(this.kept.get(example), new Int32Array(0), []);
  }

  decode(tokenIds: Int32Array): string {
    return this.tokenizer.decode(tokenIds);
  }

  private answerTokens(example: Example): Int32Array {
    if (example.output === undefined) throw new PromptTuningError("data", `Row ${example.index + 1} has no reference text.`, { advice: "Give every row an output, or remove the row." });
    return encodeText(this.tokenizer, this.encoder.answerText(example.output), false);
  }
}

/** The token that ends an answer. */
function endToken(tokenizer: Tokenizer): number {
  if (tokenizer.endOfTextId !== undefined) return tokenizer.endOfTextId;
  const newline = encodeText(tokenizer, "\n", false);
  if (newline.length === 1) return newline[0];
  throw new PromptTuningError("model", "The backbone's tokenizer has no end-of-text token and no single token for a newline.", {
    reason: "Generation could not know where an answer ends.",
    advice: "Choose another backbone for a generation task.",
  });
}
