import { PromptTuningError } from "../../common/errors.js";
import { createTemplateEncoder, type TemplateEncoder } from "../../tasks/encode-template.js";
import { labelClashes, labelTokens } from "../../tasks/label-clashes.js";
import type { TaskContext } from "../../tasks/task-context.js";
import { parseTemplate, templateColumns, virtualTokenCount } from "../../tasks/template.js";
import type { TemplatePreview, TemplateSetting } from "../../protocol/backend/template-preview.js";

/** Tokens of a row that are shown; all are counted. */
const mostShownTokens = 600;

export interface RowToPreview {
  /** 0-based number in the data set. */
  readonly row: number;
  /** Slot → text. */
  readonly fields: Readonly<Record<string, string>>;
  readonly answer: string | null;
}

export type PreviewBackbone = Omit<TaskContext, "labels">;

/** What a template and a verbalizer make of rows: their tokens as the backbone reads them, and what is wrong. Never throws for what a person may have typed. */
export function previewTemplate(setting: TemplateSetting, rows: readonly RowToPreview[], { tokenizer, contextLength, answerApart, encoder: facts }: PreviewBackbone): TemplatePreview {
  const { template, problems } = parseTemplate(setting.template, setting.answer);
  const verbalizer = new Map(setting.verbalizer.map(({ label, words }) => [label, words]));
  const empty = { problems: [...problems], virtualTokens: virtualTokenCount(template), columns: templateColumns(template), contextLength, rows: [], labels: [], clashes: [] };
  if (problems.some(({ severity }) => severity === "error")) return { ...empty, refused: null };
  let encoder: TemplateEncoder;
  try {
    const frame = facts && { ...(tokenizer.around ?? { prefix: [], suffix: [] }), mask: facts.scoresWords ? tokenizer.maskId : undefined };
    encoder = createTemplateEncoder(template, { tokenizer, contextLength, answerApart, frame, maxTokens: setting.maxTokens });
  } catch (error) {
    return { ...empty, refused: refusalOf(error) };
  }
  const tokens = labelTokens(verbalizer, tokenizer, encoder.answerText);
  const shown = (ids: Int32Array): string[] => Array.from(ids, (id) => tokenizer.displayToken(id));
  const result: TemplatePreview = {
    ...empty,
    refused: null,
    labels: [...tokens].map(([label, ids]) => ({ label, tokens: shown(ids) })),
    clashes: labelClashes(tokens, tokenizer).map(({ kind, labels: [a, b], shared }) => ({ kind, labels: [a, b], shared: [...shared] })),
  };
  for (const { row, fields, answer } of rows) {
    try {
      const encoded = encoder.encode(fields);
      const answerTokens = answer === null ? [] : (tokens.get(answer) ?? (setting.answer === "label" ? [] : tokenizer.encode(encoder.answerText(answer), { allowSpecial: false })));
      result.rows.push({
        row,
        tokens: Array.from(encoded.tokens.subarray(0, mostShownTokens), (id, at) => (id < 0 ? { virtual: encoded.virtualTokens[at] } : { text: tokenizer.displayToken(id) })),
        count: encoded.tokens.length,
        cutByMaximum: encoded.cutByMaximum,
        cutByContext: encoded.cutByContext,
        answer: Array.from(answerTokens, (id) => tokenizer.displayToken(id)).slice(0, mostShownTokens),
        knownAnswer: answer === null || setting.answer === "output" || tokens.has(answer),
      });
    } catch (error) {
      return { ...result, rows: [], refused: refusalOf(error) };
    }
  }
  return result;
}

function refusalOf(error: unknown): { message: string; reason?: string; advice?: string } {
  if (!(error instanceof PromptTuningError)) throw error;
  return { message: error.message, reason: error.reason, advice: error.advice };
}
