import type { Example } from "../../data/example.js";
import type { Program, Sequence, TensorValues } from "../../engine/program.js";
import { predict } from "../../tasks/evaluate.js";
import type { ClassificationTask, SequenceLabellingTask, Task, TextTask } from "../../tasks/task.js";
import { describeSpans, spansOf } from "../../tasks/labelling/spans.js";
import { TextStream } from "./text-stream.js";

/** What one contestant says. */
export interface Answer {
  readonly result: ClassificationAnswer | GenerationAnswer;
  /** Milliseconds from the encoded text to the answer: the forward pass (generation: all of them). */
  readonly milliseconds: number;
  /** Tokens of the template with the texts in it, the virtual ones among them. */
  readonly tokens: number;
  readonly virtualTokens: number;
  /** Tokens of the texts that were cut: because of task.maxTokens, and to fit the backbone's context. */
  readonly cut: { readonly byMaximum: number; readonly byContext: number };
}

export interface ClassificationAnswer {
  readonly type: "classification";
  readonly predicted: string;
  /** In the order of the task's labels; they sum to 1. */
  readonly probabilities: readonly { readonly label: string; readonly probability: number }[];
}

export interface GenerationAnswer {
  readonly type: "generation";
  readonly text: string;
  readonly newTokens: number;
  /** Milliseconds to the first token; null where the answer is empty. */
  readonly firstToken: number | null;
  /** Whether the answer ended by itself, and not at task.maxNewTokens. */
  readonly complete: boolean;
  /** Sequence labelling: the spans that the text is read as, and how much of it could not be taken as it stands. */
  readonly spans?: { readonly found: string; readonly problems: number };
}

export interface AnswerOptions {
  readonly signal?: AbortSignal;
  /** Pieces of a generated text as it comes. */
  readonly onText?: (piece: string) => void;
}

/** Answers one text. @throws PromptTuningError kind "stopped", "data" or "training". */
export async function answerWith(task: Task, program: Program, values: TensorValues, example: Example, options: AnswerOptions = {}): Promise<Answer> {
  const { tokens, virtualTokens, cutByMaximum, cutByContext, passages } = task.encoded(example);
  const began = performance.now();
  const result = task.type === "classification" ? await classify(task, program, values, example, options) : await generate(task, program, values, example, options);
  return {
    result,
    milliseconds: performance.now() - began,
    tokens: tokens.length,
    virtualTokens: virtualTokens.reduce((count, row) => count + Number(row >= 0), 0),
    cut: { byMaximum: cutByMaximum, byContext: cutByContext + passages.lost },
  };
}

/** What a program's graph depends on: answers of equal shape go through the same sessions. */
export function shapeOf(task: Task, example: Example): string {
  const sequences: readonly Pick<Sequence, "virtualTokens">[] = task.type === "classification" ? task.scoringSequences(example) : [task.promptSequence(example)];
  const place = Math.sign(sequences[0].virtualTokens.findIndex((row) => row >= 0));
  return `${task.type} ${sequences.length} ${place}`;
}

/** Opens the sessions an answer needs, so that the answer's own time is that of the computation. */
export async function warmUp(task: Task, program: Program, values: TensorValues, example: Example): Promise<void> {
  if (task.type === "classification") await predict(task, program, values, [example], { batchSize });
  // The first token and those behind it go through different graphs.
  else await program.generate(task.promptSequence(example), values, { maxNewTokens: 2, stopTokenIds: [] });
}

/** As predictRows has it, so that the answers are the same to the last bit. */
const batchSize = 16;

async function classify(task: ClassificationTask, program: Program, values: TensorValues, example: Example, { signal }: AnswerOptions): Promise<ClassificationAnswer> {
  const [{ predicted, probabilities }] = await predict(task, program, values, [example], { batchSize, signal });
  return { type: "classification", predicted, probabilities: Array.from(probabilities ?? [], ([label, probability]) => ({ label, probability })) };
}

async function generate(task: TextTask, program: Program, values: TensorValues, example: Example, { signal, onText }: AnswerOptions): Promise<GenerationAnswer> {
  const stream = new TextStream((ids) => task.decode(ids));
  const tell = (piece: string): void => {
    if (piece !== "") onText?.(piece);
  };
  const began = performance.now();
  let firstToken: number | null = null;
  const { maxNewTokens, stopTokenIds } = task;
  const ids = await program.generate(task.promptSequence(example), values, {
    maxNewTokens,
    stopTokenIds,
    signal,
    onToken: (id) => {
      firstToken ??= performance.now() - began;
      tell(stream.add(id));
    },
  });
  tell(stream.end());
  const text = task.decode(ids).trim();
  return { type: "generation", text, newTokens: ids.length, firstToken, complete: ids.length < maxNewTokens, ...(task.type === "sequence-labelling" ? { spans: spansIn(task, example, text) } : {}) };
}

function spansIn(task: SequenceLabellingTask, example: Example, text: string): GenerationAnswer["spans"] {
  const { tags, problems } = task.read(example, text);
  return { found: describeSpans(task.labelled(example).words, spansOf(tags)), problems: Object.values(problems).reduce((sum, count) => sum + count, 0) };
}
