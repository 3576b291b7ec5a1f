import type { Tokenizer } from "../backbone/tokenizer/tokenizer.js";
import { encodeText } from "./encode-text.js";

/** Labels whose words are hard to tell apart, or cannot be. */
export interface LabelClash {
  /** same-tokens: no score can tell them apart. begins-another: one's tokens begin the other's. same-first-token: they differ only behind their first token, which costs a second decision. */
  readonly kind: "same-tokens" | "begins-another" | "same-first-token";
  readonly labels: readonly [string, string];
  /** The tokens they share at the beginning, as a person reads them. */
  readonly shared: readonly string[];
}

/** Pairs that are told, at most: with hundreds of labels there are thousands. */
const mostClashes = 100;

/** The tokens of every label's words behind the template. @param answerText see TemplateEncoder.answerText. */
export function labelTokens(verbalizer: ReadonlyMap<string, string>, tokenizer: Tokenizer, answerText: (words: string) => string = (words) => words): Map<string, Int32Array> {
  return new Map([...verbalizer].map(([label, words]) => [label, encodeText(tokenizer, answerText(words), true)]));
}

/** Pairs of labels that start with the same token, the worst first. Labels without a token clash with nobody: they are a problem of their own. */
export function labelClashes(tokens: ReadonlyMap<string, Int32Array>, tokenizer: Tokenizer): LabelClash[] {
  const byFirst = new Map<number, string[]>();
  for (const [label, ids] of tokens) {
    if (ids.length === 0) continue;
    byFirst.set(ids[0], [...(byFirst.get(ids[0]) ?? []), label]);
  }
  const clashes: LabelClash[] = [];
  for (const labels of byFirst.values()) {
    for (let a = 0; a < labels.length && clashes.length < mostClashes; a++) {
      for (let b = a + 1; b < labels.length && clashes.length < mostClashes; b++) clashes.push(clashOf(labels[a], labels[b], tokens, tokenizer));
    }
  }
  return clashes.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

const order: readonly LabelClash["kind"][] = ["same-tokens", "begins-another", "same-first-token"];

function clashOf(first: string, second: string, tokens: ReadonlyMap<string, Int32Array>, tokenizer: Tokenizer): LabelClash {
  const [a, b] = [tokens.get(first)!, tokens.get(second)!];
  const shortest = Math.min(a.length, b.length);
  let common = 0;
  while (common < shortest && a[common] === b[common]) common++;
  const kind = common < shortest ? "same-first-token" : a.length === b.length ? "same-tokens" : "begins-another";
  return { kind, labels: [first, second], shared: Array.from(a.subarray(0, common), (id) => tokenizer.displayToken(id)) };
}
