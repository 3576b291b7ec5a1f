/**
 * A text as SQuAD's evaluation compares it (Rajpurkar et al. 2016, official script v1.1): lower case, without ASCII
 * punctuation, without the articles a, an, the, white space collapsed.
 */
export function normalizeAnswer(text: string): string {
  return text
    .toLowerCase()
    .replace(/[!-/:-@[-`{-~]/g, "")
    .replace(/(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu, " ")
    .split(/\s+/u)
    .filter((word) => word !== "")
    .join(" ");
}

/** Whether two texts are the same answer after SQuAD's normalisation. */
export function exactMatch(generated: string, reference: string): boolean {
  return normalizeAnswer(generated) === normalizeAnswer(reference);
}
