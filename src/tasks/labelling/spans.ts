/** A typed run of words. */
export interface Span {
  readonly type: string;
  /** First word, from 0. */
  readonly start: number;
  /** The word behind the last one. */
  readonly end: number;
}

/**
 * How tags that are no proper BIO are read. "default": as conlleval (Tjong Kim Sang & De Meulder 2003) and seqeval by default
 * do, an I- that continues nothing begins a span. "strict": as seqeval's strict mode with IOB2, only B- begins one, and such
 * an I- belongs to none.
 */
export type SpanMode = "default" | "strict";

/** The spans of BIO tags, in order; what is no tag counts as O. */
export function spansOf(tags: readonly string[], mode: SpanMode = "default"): Span[] {
  const spans: Span[] = [];
  let open: { type: string; start: number } | undefined;
  const close = (end: number): void => {
    if (open) spans.push({ ...open, end });
    open = undefined;
  };
  tags.forEach((tag, index) => {
    const type = tag.slice(2);
    const continues = tag.startsWith("I-") && open?.type === type;
    if (continues) return;
    close(index);
    if (tag.startsWith("B-") || (tag.startsWith("I-") && mode === "default")) open = { type, start: index };
  });
  close(tags.length);
  return spans;
}

/** Proper BIO tags of spans that do not overlap. */
export function tagsOf(spans: readonly Span[], words: number): string[] {
  const tags = new Array<string>(words).fill("O");
  for (const { type, start, end } of spans) for (let word = start; word < end; word++) tags[word] = `${word === start ? "B" : "I"}-${type}`;
  return tags;
}

/** Spans for a person, in the text's order: "location: Empire State Building; person: Ann", or "none". */
export function describeSpans(words: readonly string[], spans: readonly Span[]): string {
  return spans.length === 0 ? "none" : spans.map(({ type, start, end }) => `${type}: ${words.slice(start, end).join(" ")}`).join("; ");
}
