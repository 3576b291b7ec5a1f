import type { Backbone, BackboneDescription } from "../../backbone/backbone.js";
import { PromptTuningError } from "../../common/errors.js";
import type { Example } from "../../data/example.js";
import type { Program, TensorValues } from "../../engine/program.js";
import { createHardPromptTask, createZeroShotTask } from "../../tasks/create-task.js";
import { taskContext } from "../../tasks/task-context.js";
import type { Task } from "../../tasks/task.js";
import { findPrompt, type FoundPrompt } from "../find-prompt.js";
import type { BackendOptions } from "../options.js";
import { type Answer, answerWith, shapeOf, warmUp } from "./answer-with.js";
import { type PlaygroundPrompt, readPlaygroundPrompt } from "./playground-prompt.js";
import { ProgramSet } from "./program-set.js";

/** Who answers: a learned prompt, or the backbone alone with the task of one, without a prompt or with words in its place. */
export type Contestant =
  | { readonly kind: "soft"; readonly prompt: string }
  | { readonly kind: "none"; readonly task: string }
  | { readonly kind: "hard"; readonly task: string; readonly text: string };

export interface ContestantAnswer extends Answer {
  /** Milliseconds beside the answer itself: choosing program and values, encoding the text. */
  readonly swap: number;
  /** Milliseconds that opening the graph took, where this was its first answer. */
  readonly preparation: number | null;
}

export interface AnswerListener {
  readonly onStart?: (contestant: number) => void;
  readonly onText?: (contestant: number, piece: string) => void;
  readonly onAnswer?: (contestant: number, answer: ContestantAnswer | PromptTuningError) => void;
}

/** A backbone held for a while by somebody who gives it back. */
export interface BorrowedBackbone {
  readonly backbone: Backbone;
  release(): Promise<void>;
}
export type BorrowBackbone = (model: FoundPrompt["model"], modelFolder: string, options: BackendOptions) => Promise<BorrowedBackbone>;

/** One loaded backbone and the prompts that are tried on it. Answers are given one after the other. */
export class PlaygroundSession {
  private readonly prompts = new Map<string, PlaygroundPrompt>();
  /** The layouts each program has answered in before. */
  private readonly warm = new WeakMap<Program, Set<string>>();
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly borrowed: BorrowedBackbone,
    private readonly programs: ProgramSet,
    private readonly first: FoundPrompt,
  ) {}

  /** Opens the backbone of the prompt. @throws PromptTuningError of reading the prompt or its backbone. */
  static async open(reference: string, borrow: BorrowBackbone, options: BackendOptions): Promise<PlaygroundSession> {
    const first = findPrompt(reference, options);
    const borrowed = await borrow(first.model, first.modelFolder, options);
    const session = new PlaygroundSession(borrowed, new ProgramSet(borrowed.backbone), first);
    try {
      await session.add(reference, options);
      return session;
    } catch (error) {
      await session.dispose();
      throw error;
    }
  }

  get description(): BackboneDescription {
    return this.borrowed.backbone.description;
  }

  /** Programs that are open. */
  get programCount(): number {
    return this.programs.size;
  }

  /** Reads a prompt, or reads it again where it has learned more since. @throws PromptTuningError where it belongs to another backbone. */
  async add(reference: string, options: BackendOptions): Promise<PlaygroundPrompt> {
    const { programs, first } = this;
    const prompt = await readPlaygroundPrompt(reference, { backbone: this.borrowed.backbone, programs, first }, options);
    this.prompts.set(reference, prompt);
    return prompt;
  }

  /**
   * Everybody's answer to one text, in turn. What is wrong with one contestant is its own answer; the others go on.
   * @param fields slot → text, for the slots of every contestant's template.
   * @throws PromptTuningError kind "stopped".
   */
  async answer(fields: Readonly<Record<string, string>>, contestants: readonly Contestant[], listener: AnswerListener = {}, signal?: AbortSignal): Promise<(ContestantAnswer | PromptTuningError)[]> {
    const work = this.last.then(async () => {
      const answers: (ContestantAnswer | PromptTuningError)[] = [];
      for (const [index, contestant] of contestants.entries()) {
        if (signal?.aborted) throw new PromptTuningError("stopped", "The answer was stopped.");
        listener.onStart?.(index);
        const answer = await this.answerOne(contestant, fields, (piece) => listener.onText?.(index, piece), signal).catch(ownError);
        answers.push(answer);
        listener.onAnswer?.(index, answer);
      }
      return answers;
    });
    this.last = work.catch(() => undefined);
    return work;
  }

  /** Waits for the answer under way, then gives everything back. */
  async dispose(): Promise<void> {
    await this.last;
    await this.programs.dispose();
    await this.borrowed.release();
  }

  private async answerOne(contestant: Contestant, fields: Readonly<Record<string, string>>, onText: (piece: string) => void, signal: AbortSignal | undefined): Promise<ContestantAnswer> {
    const began = performance.now();
    const { task, values } = this.resolve(contestant);
    const program = await this.programs.get(task.virtualTokens, task.head);
    const example: Example = { index: 0, fields };
    const shape = shapeOf(task, example);
    const shapes = this.warm.get(program) ?? new Set();
    this.warm.set(program, shapes);
    const swap = performance.now() - began;
    let preparation: number | null = null;
    if (!shapes.has(shape)) {
      const opening = performance.now();
      await warmUp(task, program, values, example);
      preparation = performance.now() - opening;
      shapes.add(shape);
    }
    return { ...(await answerWith(task, program, values, example, { signal, onText })), swap, preparation };
  }

  private resolve(contestant: Contestant): { task: Task; values: TensorValues } {
    const reference = contestant.kind === "soft" ? contestant.prompt : contestant.task;
    const prompt = this.prompts.get(reference);
    if (!prompt) throw new PromptTuningError("usage", "The prompt is not open in this playground.", { advice: "Add it again." });
    if (contestant.kind === "soft") return prompt;
    const { taskSettings, labels } = prompt.found;
    const context = taskContext(this.borrowed.backbone, labels);
    return { task: contestant.kind === "none" ? createZeroShotTask(taskSettings, context) : createHardPromptTask(taskSettings, contestant.text, context), values: {} };
  }
}

/** An error for the person is an answer; being stopped, or a fault of this program, ends the whole. */
function ownError(error: unknown): PromptTuningError {
  if (error instanceof PromptTuningError && error.kind !== "stopped") return error;
  throw error;
}
