import { PromptTuningError } from "../common/errors.js";
import type { Example } from "../data/example.js";
import type { EncodedPrompt, TemplateEncoder } from "./encode-template.js";
import type { TaskNotice } from "./task.js";

/** Encodes every example once and keeps the result for as long as the example lives. */
export class EncodedExamples {
  private readonly kept = new WeakMap<Example, EncodedPrompt>();

  private readonly cutWhat: string;

  /** @param cut as the encoder's option: the slots that may be cut. */
  constructor(
    private readonly encoder: TemplateEncoder,
    cut?: readonly string[],
  ) {
    this.cutWhat = cut === undefined ? "their longest column was" : `${cut.map((slot) => `{${slot}}`).join(" and ")} ${cut.length === 1 ? "was" : "were"}`;
  }

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
      ...passagesNotice(encoded, split),
      ...cutNotice(
        encoded.map((prompt) => prompt.cutByMaximum),
        "truncated",
        split,
        "longer than task.maxTokens and were cut at the end",
      ),
      ...cutNotice(
        encoded.map((prompt) => prompt.cutByContext),
        this.encoder.bound === "context" ? "context" : "row-tokens",
        split,
        `longer than ${this.encoder.bound === "context" ? "the backbone's context" : "task.maxRowTokens"}; ${this.cutWhat} cut at the end until they fit`,
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

/** What became of retrieved passages: rows that lost some, and rows that had none. */
function passagesNotice(encoded: readonly EncodedPrompt[], split: string): readonly TaskNotice[] {
  const given = encoded.reduce((sum, { passages }) => sum + passages.given, 0);
  if (given === 0) return [];
  const cut = encoded.filter(({ passages }) => passages.lost > 0).length;
  const leftOut = encoded.reduce((sum, { passages }) => sum + passages.leftOut, 0);
  const without = encoded.filter(({ passages }) => passages.given === 0).length;
  const notices: TaskNotice[] = [];
  if (cut > 0) notices.push({ code: "passages", message: `${split}: ${cut} of ${encoded.length} rows did not hold all of their context; ${leftOut} of ${given} passages were left out${cut > 0 && leftOut === 0 ? ", others were cut at the end" : ""}.` });
  if (without > 0) notices.push({ code: "no-context", message: `${split}: ${without} of ${encoded.length} rows have no context.` });
  return notices;
}
