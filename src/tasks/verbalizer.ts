import type { Tokenizer } from "../backbone/tokenizer/tokenizer.js";
import { PromptTuningError } from "../common/errors.js";
import { encodeText } from "./encode-text.js";

/** A place in the labels' tree where at least two tokens are possible: the only places that are scored. */
export interface LabelNode {
  /** Token ids from the answer's start to this place; their count is the node's depth. */
  readonly prefix: Int32Array;
  /** The head's rows that can stand here, ascending. */
  readonly allowed: Int32Array;
}

/** A step of a label: at `node` the right answer is row `target` of the head. */
export interface LabelStep {
  /** Index into VerbalizerTree.nodes. */
  readonly node: number;
  readonly target: number;
}

/** One sequence that scores some nodes: the tokens of the deepest of them follow the prompt. */
export interface ScoringPath {
  readonly tokens: Int32Array;
  /** Indices into VerbalizerTree.nodes, by depth. */
  readonly nodes: readonly number[];
}

/**
 * The labels' words as a tree over tokens. The probability of a label is the product over its nodes of the softmax over
 * the tokens that are possible there, so the labels' probabilities sum to 1, however many tokens each has.
 */
export interface VerbalizerTree {
  readonly labels: readonly string[];
  /** Rows of the head: the distinct token ids that distinguish labels, ascending. */
  readonly tokenIds: Int32Array;
  readonly nodes: readonly LabelNode[];
  /** For every label the nodes on its way, by depth. */
  readonly steps: readonly (readonly LabelStep[])[];
  /** Every node is scored by exactly one path. One path when no label needs a second decision. */
  readonly paths: readonly ScoringPath[];
}

/** Label → words. */
export type Verbalizer = ReadonlyMap<string, string>;

export interface VerbalizerOptions {
  /** What the words look like behind the template (see TemplateEncoder.answerText). */
  readonly answerText?: (words: string) => string;
  /** Whether special tokens written in the words are special: yes for an experiment's own words, no for labels of the data. */
  readonly allowSpecial?: boolean;
}

/** The verbalizer of an experiment that has none: each label itself, after a space, labels in alphabetical (UTF-16) order. */
export function defaultVerbalizer(labels: Iterable<string>): Verbalizer {
  return new Map([...new Set(labels)].sort().map((label) => [label, ` ${label}`]));
}

/**
 * Builds the tree. Where the tokens of one label begin those of another, every label gets an end token
 * (the tokenizer's end of text, else the newline) so that the shorter one can be told from the longer.
 * @throws kind "experiment" for fewer than two labels, words without a token, or two labels with the same tokens
 */
export function buildVerbalizerTree(verbalizer: Verbalizer, tokenizer: Tokenizer, options: VerbalizerOptions = {}): VerbalizerTree {
  const labels = [...verbalizer.keys()];
  if (labels.length < 2)
    throw new PromptTuningError("experiment", `Classification needs at least two labels; there ${labels.length === 1 ? `is one: "${labels[0]}"` : "is none"}.`, {
      advice: "Add labels to task.verbalizer, or rows of other labels to the training data.",
      setting: ["task", "verbalizer"],
    });
  const words = labels.map((label) => encodeWords(label, verbalizer.get(label)!, tokenizer, options));
  refuseEqualPaths(labels, words, verbalizer);
  const paths = withEndTokens(words, tokenizer);

  // Children of every prefix, the prefixes written as text because arrays are no keys.
  const children = new Map<string, { prefix: Int32Array; tokens: Set<number> }>();
  for (const path of paths)
    path.forEach((token, depth) => {
      const prefix = path.subarray(0, depth);
      const entry = children.get(prefix.join()) ?? { prefix, tokens: new Set<number>() };
      children.set(prefix.join(), entry);
      entry.tokens.add(token);
    });
  const branching = [...children].filter(([, { tokens }]) => tokens.size > 1);
  const tokenIds = Int32Array.from(new Set(branching.flatMap(([, { tokens }]) => [...tokens]))).sort();
  const rowOf = new Map(Array.from(tokenIds, (id, row) => [id, row]));
  const nodeOf = new Map(branching.map(([key], node) => [key, node]));
  const nodes = branching.map(([, { prefix, tokens }]): LabelNode => ({ prefix, allowed: Int32Array.from(tokens, (id) => rowOf.get(id)!).sort() }));
  const steps = paths.map((path) =>
    Array.from(path, (token, depth): LabelStep | undefined => {
      const node = nodeOf.get(path.subarray(0, depth).join());
      return node === undefined ? undefined : { node, target: rowOf.get(token)! };
    }).filter((step) => step !== undefined),
  );
  return { labels, tokenIds, nodes, steps, paths: scoringPaths(nodes, steps) };
}

/** Log-probabilities of the labels [labels] from the log-probabilities of every node over the head's rows. */
export function labelLogProbabilities(tree: VerbalizerTree, nodeScores: readonly ArrayLike<number>[]): Float64Array {
  return Float64Array.from(tree.steps, (steps) => steps.reduce((sum, { node, target }) => sum + nodeScores[node][target], 0));
}

function encodeWords(label: string, words: string, tokenizer: Tokenizer, { answerText = (text) => text, allowSpecial = true }: VerbalizerOptions): Int32Array {
  const ids = encodeText(tokenizer, answerText(words), allowSpecial);
  if (words === "" || ids.length === 0)
    throw new PromptTuningError("experiment", `The words of the label "${label}" have no token.`, { advice: "Give every label of task.verbalizer a word.", setting: ["task", "verbalizer", label] });
  return ids;
}

/**
 * A masked place holds one token, so every label needs a word that is one.
 * @throws kind "experiment" that names the label and its word's tokens
 */
export function requireSingleTokens(verbalizer: Verbalizer, tokenizer: Tokenizer, answerText: (words: string) => string): void {
  for (const [label, words] of verbalizer) {
    const ids = encodeText(tokenizer, answerText(words), true);
    if (ids.length === 1 && !tokenizer.isSpecial(ids[0])) continue;
    const pieces = Array.from(ids, (id) => tokenizer.displayToken(id));
    const why = ids.length === 1 ? `is not in its vocabulary (${pieces[0]})` : `takes ${ids.length} tokens (${pieces.slice(0, 12).join(" ")})`;
    throw new PromptTuningError("experiment", `The word ${JSON.stringify(words.trim())} of the label ${JSON.stringify(label)} ${why}.`, {
      reason: "An encoder guesses one token in the place of its mask.",
      advice: 'Give every label a word of one token in task.verbalizer, or train a light head instead ("head": "linear" under "task").',
      setting: ["task", "verbalizer", label],
    });
  }
}

function withEndTokens(paths: Int32Array[], tokenizer: Tokenizer): Int32Array[] {
  if (!onePrefixesAnother(paths)) return paths;
  const end = tokenizer.endOfTextId === undefined ? encodeText(tokenizer, "\n", false) : Int32Array.of(tokenizer.endOfTextId);
  const ended = paths.map((path) => Int32Array.of(...path, ...end));
  // Only words that hold the end token themselves come here.
  if (onePrefixesAnother(ended))
    throw new PromptTuningError("experiment", "The words of one label begin those of another, and the end of text stands among them.", {
      reason: "No score could tell the two labels apart.",
      advice: "Take the end-of-text token out of task.verbalizer.",
      setting: ["task", "verbalizer"],
    });
  return ended;
}

function onePrefixesAnother(paths: readonly Int32Array[]): boolean {
  const prefixes = new Set(paths.flatMap((path) => Array.from(path, (_, depth) => path.subarray(0, depth).join())));
  return paths.some((path) => prefixes.has(path.join()));
}

function refuseEqualPaths(labels: readonly string[], paths: readonly Int32Array[], verbalizer: Verbalizer): void {
  const seen = new Map<string, string>();
  paths.forEach((path, index) => {
    const label = labels[index];
    const other = seen.get(path.join());
    if (other !== undefined)
      throw new PromptTuningError("experiment", `The labels "${other}" and "${label}" have the same tokens (${JSON.stringify(verbalizer.get(label))}).`, {
        reason: "No score could tell them apart.",
        advice: "Give them different words in task.verbalizer.",
        setting: ["task", "verbalizer", label],
      });
    seen.set(path.join(), label);
  });
}

/** One path for every deepest node; a node shared by several is scored by the first. */
function scoringPaths(nodes: readonly LabelNode[], steps: readonly (readonly LabelStep[])[]): ScoringPath[] {
  const inner = new Set(steps.flatMap((path) => path.slice(0, -1).map(({ node }) => node)));
  const scored = new Set<number>();
  const done = new Set<number>();
  const paths: ScoringPath[] = [];
  for (const path of steps) {
    const deepest = path.at(-1)!.node;
    // A deepest node of one label can be an inner node of another, whose path then scores it.
    if (inner.has(deepest) || done.has(deepest)) continue;
    done.add(deepest);
    const own = path.map(({ node }) => node).filter((node) => !scored.has(node));
    own.forEach((node) => scored.add(node));
    paths.push({ tokens: nodes[deepest].prefix, nodes: own });
  }
  return paths;
}
