import { contrib } from "../autodiff/rule.js";
import { int } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Head } from "../program.js";

export interface AppendHeadOptions {
  /** Final hidden states of the scored rows only [N, d], after the last normalisation. */
  readonly hidden: string;
  /** d */
  readonly hiddenSize: number;
  readonly head: Head;
  /** Tensor of the backbone's output matrix; read for the head "vocabulary" only. */
  readonly vocabularyMatrix?: string;
  /** Whether a token is a row [V, d] or a column [d, V] of that matrix (row unless told). */
  readonly vocabularyLayout?: "rows" | "columns";
  /** Tensor [V] that is added to the scores over words of the vocabulary. */
  readonly vocabularyBias?: string;
  /** c: scores s over words of the vocabulary become c·tanh(s / c). */
  readonly softCap?: number;
}

export interface AppendedHead {
  /** Scalar. */
  readonly loss: string;
  /** What each scored row adds to the loss [N]. */
  readonly rowLosses: string;
  /** [N, C] */
  readonly logProbabilities: string;
}

/**
 * Appends what turns final hidden states into scores, log-probabilities and the loss. Inputs it adds to the graph
 * (fed by `headFeeds`): for "words" `head_rows` [C, d] (and `head_bias` [C] where the vocabulary has a bias); for "linear" the trainables `head.weight` [C, d] and
 * `head.bias` [C]; for all `targets` [N], `weights` [N] and `allowed`, see `appendLoss`.
 */
export function appendHead(builder: GraphBuilder, options: AppendHeadOptions): AppendedHead {
  const scores = appendScores(builder, options);
  return appendLoss(builder, options.softCap !== undefined && options.head.kind !== "linear" ? bend(builder, scores, options.softCap) : scores);
}

function bend(builder: GraphBuilder, scores: string, cap: number): string {
  const shape = builder.graph.typeOf(scores)?.shape;
  const part = builder.add("Mul", [scores, builder.scalar(1 / cap)], { shape });
  return builder.add("Mul", [builder.add("Tanh", [part], { shape }), builder.scalar(cap)], { shape });
}

/** Scores [N, C] of hidden states [N, d]. */
function appendScores(builder: GraphBuilder, { hidden, hiddenSize, head, vocabularyMatrix, vocabularyLayout = "rows", vocabularyBias }: AppendHeadOptions): string {
  const timesRows = (rows: string, classes: number | string): string =>
    builder.add("FusedMatMul", [hidden, rows], { domain: contrib, attributes: { transB: int(1) }, shape: ["scored", classes], name: "scores" });
  const plus = (scores: string, bias: string): string => builder.add("Add", [scores, bias], { shape: builder.graph.typeOf(scores)?.shape });
  switch (head.kind) {
    case "words": {
      const classes = head.tokenIds.length;
      const scores = timesRows(builder.input("head_rows", { elementType: "float32", shape: [classes, hiddenSize] }), classes);
      return vocabularyBias === undefined ? scores : plus(scores, builder.input("head_bias", { elementType: "float32", shape: [classes] }));
    }
    case "linear": {
      const weight = builder.input("head.weight", { elementType: "float32", shape: [head.classes, hiddenSize] });
      const bias = builder.input("head.bias", { elementType: "float32", shape: [head.classes] });
      return plus(timesRows(weight, head.classes), bias);
    }
    case "vocabulary": {
      if (vocabularyMatrix === undefined) throw new Error("The head \"vocabulary\" needs the backbone's output matrix.");
      const shape = builder.graph.typeOf(vocabularyMatrix)?.shape;
      const classes = shape?.[vocabularyLayout === "rows" ? 0 : 1];
      const scores = vocabularyLayout === "rows" ? timesRows(vocabularyMatrix, typeof classes === "number" ? classes : "vocabulary") : builder.add("MatMul", [hidden, vocabularyMatrix], { shape: ["scored", classes], name: "scores" });
      return vocabularyBias === undefined ? scores : plus(scores, vocabularyBias);
    }
  }
}

/**
 * Appends log-probabilities = log softmax(scores + allowed) and the loss −Σₙ weightsₙ·log p(targetₙ). The caller
 * divides the weights by the number of sequences. `allowed` is added to the scores: 0 where a class can stand and
 * −1e9 where it cannot, [N, C], or a single 0 [1, 1] where every class can.
 * @param scores [N, C]
 */
export function appendLoss(builder: GraphBuilder, scores: string): AppendedHead {
  const { graph } = builder;
  const shape = graph.typeOf(scores)?.shape ?? ["scored", "classes"];
  const targets = builder.input("targets", { elementType: "int64", shape: ["scored"] });
  const weights = builder.input("weights", { elementType: "float32", shape: ["scored"] });
  const allowed = builder.input("allowed", { elementType: "float32", shape: ["allowed_rows", "allowed_classes"] });
  const restricted = builder.add("Add", [scores, allowed], { shape });
  const logProbabilities = builder.add("LogSoftmax", [restricted], { attributes: { axis: int(-1) }, shape });
  const columns = builder.add("Unsqueeze", [targets, builder.integers([1])], { shape: ["scored", 1] });
  const right = builder.add("GatherElements", [logProbabilities, columns], { attributes: { axis: int(1) }, shape: ["scored", 1] });
  const flat = builder.add("Squeeze", [right, builder.integers([1])], { shape: ["scored"] });
  const rowLosses = builder.add("Neg", [builder.add("Mul", [flat, weights], { shape: ["scored"] })], { shape: ["scored"] });
  const loss = builder.add("ReduceSum", [rowLosses, builder.integers([0])], { attributes: { keepdims: int(0) }, shape: [] });
  return { loss, rowLosses, logProbabilities };
}
