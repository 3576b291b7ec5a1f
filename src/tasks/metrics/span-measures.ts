import type { EvaluationMeasures } from "../../runs/events.js";
import { type Span, type SpanMode, spansOf } from "../labelling/spans.js";

/** The tags of one row: what is right, and what was answered. */
export interface TaggedRow {
  readonly expected: readonly string[];
  readonly predicted: readonly string[];
}

type SpanMeasures = Required<Pick<EvaluationMeasures, "spanF1" | "spanF1Strict" | "spanPrecision" | "spanRecall" | "exactMatch" | "perClass">>;

/**
 * Precision, recall and F1 over whole spans (type and both ends must be right), counted over all rows, as conlleval and
 * seqeval count them by default; F1 in seqeval's strict mode (IOB2) beside it; and the table of the types that occur. A
 * quotient with a zero denominator is 0. exactMatch is the share of rows whose spans are all right and no more.
 */
export function spanMeasures(rows: readonly TaggedRow[]): SpanMeasures {
  const counts = count(rows, "default");
  const total = figures(sum([...counts.values()]));
  return {
    spanF1: total.f1,
    spanF1Strict: figures(sum([...count(rows, "strict").values()])).f1,
    spanPrecision: total.precision,
    spanRecall: total.recall,
    exactMatch: rows.length === 0 ? 0 : rows.filter(sameSpans).length / rows.length,
    // fromEntries defines own properties, so a type named "__proto__" is only a type.
    perClass: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, found]) => [type, figures(found)])),
  };
}

/** Whether a row's spans are the right ones, and no more. */
export function sameSpans({ expected, predicted }: TaggedRow): boolean {
  const [right, answered] = [spansOf(expected).map(keyOf), new Set(spansOf(predicted).map(keyOf))];
  return right.length === answered.size && right.every((key) => answered.has(key));
}

interface Counts {
  hits: number;
  predicted: number;
  expected: number;
}

function count(rows: readonly TaggedRow[], mode: SpanMode): Map<string, Counts> {
  const counts = new Map<string, Counts>();
  const of = (type: string): Counts => {
    const known = counts.get(type) ?? { hits: 0, predicted: 0, expected: 0 };
    counts.set(type, known);
    return known;
  };
  for (const { expected, predicted } of rows) {
    const right = spansOf(expected, mode);
    const keys = new Set(right.map(keyOf));
    for (const { type } of right) of(type).expected++;
    for (const span of spansOf(predicted, mode)) {
      of(span.type).predicted++;
      if (keys.has(keyOf(span))) of(span.type).hits++;
    }
  }
  return counts;
}

const keyOf = ({ type, start, end }: Span): string => `${start} ${end} ${type}`;

function sum(counts: readonly Counts[]): Counts {
  return counts.reduce((all, { hits, predicted, expected }) => ({ hits: all.hits + hits, predicted: all.predicted + predicted, expected: all.expected + expected }), { hits: 0, predicted: 0, expected: 0 });
}

function figures({ hits, predicted, expected }: Counts): { precision: number; recall: number; f1: number; support: number } {
  const quotient = (numerator: number, denominator: number): number => (denominator === 0 ? 0 : numerator / denominator);
  return { precision: quotient(hits, predicted), recall: quotient(hits, expected), f1: quotient(2 * hits, predicted + expected), support: expected };
}
