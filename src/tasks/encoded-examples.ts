import { PromptTuningError } from "../common/errors.js";
import type { Example } from "../data/example.js";
import type { EncodedPrompt, TemplateEncoder } from "./encode-template.js";
import type { TaskNotice } from "./task.js";

/** Encodes every example once and keeps the result for as long as the example lives. */
export class EncodedExamples {
  private readonly kept = new WeakMap<Example, EncodedPrompt>();

  constructor(private readonly encoder: TemplateEncoder) {}

  get(example: Example): EncodedPrompt {
    const known = this.kept.get(example);
    if (known) return known;
    const encoded = this.encode(example);
    this.kept.set(example, encoded);
    return encoded;
  }

  /** Encodes a split; returns what was cut, in one notice a reason. */
  check(examples: readonly Example[], split: string): readonly TaskNotice[] {
    const encoded = examples.map((example) => this.get(example));
    return [
      ...cutNotice(
        encoded.map((prompt) => prompt.cutByMaximum),
        "truncated",
        split,
        "longer than task.maxTokens and were cut at the end",
      ),
      ...cutNotice(
        encoded.map((prompt) => prompt.cutByContext),
        "context",
        split,
        "longer than the backbone's context; their longest column was cut at the end until they fit",
      ),
    ];
  }

  private encode(example: Example): EncodedPrompt {
    try {
      return this.encoder.encode(example.fields);
    } catch (error) {
      if (!(error instanceof PromptTuningError) || error.kind !== "data") throw error;
      throw new PromptTuningError("data", `Row ${example.index + 1}: ${error.message}`, { reason: error.reason, advice: error.advice, cause: error });
    }
  }
}

/** One notice for all rows that lost tokens; none when no row did. */
export function cutNotice(cut: readonly number[], code: string, split: string, what: string): readonly TaskNotice[] {
  const rows = cut.filter((tokens) => tokens > 0);
  if (rows.length === 0) return [];
  const lost = rows.reduce((sum, tokens) => sum + tokens, 0);
  return [{ code, message: `${split}: ${rows.length} of ${cut.length} rows were ${what} (${lost} tokens lost).` }];
}
