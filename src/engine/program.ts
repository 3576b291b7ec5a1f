/**
 * What training, evaluation and inspection see of a backbone's graph: sequences go in, loss, gradients and
 * log-probabilities come out. How the graph is laid out (kept keys/values, shared prefix, padding) stays behind it.
 */

/** A position of a sequence whose next token is scored. */
export interface ScoredRow {
  /** Position in the sequence whose output predicts the answer's token. */
  readonly row: number;
  /** Index of the right answer among the head's rows. */
  readonly target: number;
  /** The head's rows that can stand here; all of them when absent. The softmax runs over these only. */
  readonly allowed?: Int32Array;
  /** Weight of this row in the loss (1 unless told). The loss is the weighted sum over rows divided by the number of sequences. */
  readonly weight?: number;
}

/** One text with its virtual tokens, encoded. T = tokens.length. */
export interface Sequence {
  /** Token ids [T]; −1 where a virtual token stands. */
  readonly tokens: Int32Array;
  /** Row of the soft prompt [T]; −1 where an ordinary token stands. */
  readonly virtualTokens: Int32Array;
  /**
   * Position where the answer begins; T where absent. An encoder-decoder reads what stands before with its encoder and
   * the answer with its decoder, whose start token takes the place of the row before the answer; for other models it
   * is all one text.
   */
  readonly answerStart?: number;
  readonly scored: readonly ScoredRow[];
}

/** What turns a final hidden state into scores. */
export type Head =
  /** The backbone's own output matrix, all rows: for generation. Targets are token ids. */
  | { readonly kind: "vocabulary" }
  /** Some rows of the backbone's output matrix: for verbalizers. Targets are indices into tokenIds. */
  | { readonly kind: "words"; readonly tokenIds: Int32Array }
  /**
   * A trainable linear layer ("light head"): trainables "head.weight" [classes, hiddenSize] and "head.bias" [classes].
   * It reads the scored row's hidden state unless told; of encoders also what their own pooler makes of it ("pooler"), or
   * the mean or maximum over all rows of the sequence.
   */
  | { readonly kind: "linear"; readonly classes: number; readonly pooling?: "pooler" | "mean" | "max" };

/** A tensor that training changes. */
export interface TrainableSpecification {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Values (or gradients) of the trainables by name, row-major. The soft prompt is "prompt" [virtual tokens, hiddenSize]. */
export type TensorValues = Readonly<Record<string, Float32Array>>;

export interface StepResult {
  /** Mean over the batch's sequences of the weighted sum over their scored rows of −log p(target), in nats. */
  readonly loss: number;
  readonly gradients: TensorValues;
}

/** One batch of a pass that several prompts share. */
export interface StepRequest {
  readonly batch: readonly Sequence[];
  readonly values: TensorValues;
}

export interface ScoreResult {
  /** As in StepResult. */
  readonly loss: number;
  /** For every sequence, for every scored row: log-probabilities over the head's rows (−Infinity where not allowed). */
  readonly logProbabilities: readonly (readonly Float32Array[])[];
}

export interface GenerationOptions {
  readonly maxNewTokens: number;
  /** Generation ends before any of these ids. */
  readonly stopTokenIds: readonly number[];
  readonly signal?: AbortSignal;
  readonly onToken?: (tokenId: number) => void;
}

export interface BatchGenerationOptions extends Omit<GenerationOptions, "onToken"> {
  /** With the sequence's place in the batch. */
  readonly onToken?: (tokenId: number, place: number) => void;
}

/** What happened while the program ran that a person should know (a fallback, a truncation). */
export type ProgramNotice = (code: string, message: string) => void;

/** Room on a disk for what need not outlive the program. */
export interface DiskSpace {
  readonly folder: string;
  readonly bytes: number;
}

export interface Program {
  readonly trainables: readonly TrainableSpecification[];
  readonly head: Head;
  /** Whether the gradients are approximate (losses never are); exact when absent. */
  readonly approximate?: boolean;
  /** Loss and gradients of one batch. */
  step(batch: readonly Sequence[], values: TensorValues): Promise<StepResult>;
  /**
   * The steps of several prompts through the same model, where a program can make them in fewer passes than one each:
   * each result is what `step` gives for its request alone, up to rounding.
   */
  stepTogether?(requests: readonly StepRequest[]): Promise<readonly StepResult[]>;
  /** Loss and log-probabilities of one batch, nothing differentiated. */
  score(batch: readonly Sequence[], values: TensorValues): Promise<ScoreResult>;
  /** Greedy continuation of one sequence. */
  generate(sequence: Sequence, values: TensorValues, options: GenerationOptions): Promise<Int32Array>;
  /** The continuations of several sequences, each as it is alone, where a program can make them at once. */
  generateBatch?(batch: readonly Sequence[], values: TensorValues, options: BatchGenerationOptions): Promise<readonly Int32Array[]>;
  /**
   * The same model with activations that are not rounded, where this one rounds them: its loss is smooth, so that a
   * gradient can be checked by differences. The caller disposes of it.
   */
  withExactActivations?(): Program;
  /** Forgets what was kept to save time between batches; results do not change. */
  releaseKept?(): Promise<void>;
  /** Frees sessions and kept keys/values. */
  dispose(): Promise<void>;
}

/** Backward products dx = g·Wᵀ of some of a backbone's matrices, computed both ways on the same gradients, to be compared. */
export interface BackwardProducts {
  /** [input, output] of each matrix. */
  readonly shapes: readonly (readonly number[])[];
  /** Results [rows, input], one a matrix. */
  exact(): Promise<readonly Float32Array[]>;
  approximate(): Promise<readonly Float32Array[]>;
  dispose(): Promise<void>;
}
