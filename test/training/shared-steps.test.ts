import { describe, expect, it } from "vitest";
import type { Program, StepRequest, StepResult } from "../../src/engine/program.js";
import { PauseGate } from "../../src/training/pause-gate.js";
import { SharedSteps } from "../../src/training/shared-steps.js";

/** A program that notes which prompts' steps were made together; a prompt is known by its first value. */
class NotingProgram implements Program {
  readonly trainables = [{ name: "prompt", shape: [1, 1] }];
  readonly head = { kind: "vocabulary" } as const;
  readonly rounds: number[][] = [];
  atOnce = 0;
  mostAtOnce = 0;
  released = 0;
  /** The prompt whose steps fail. */
  failing?: number;

  async step(_batch: StepRequest["batch"], values: StepRequest["values"]): Promise<StepResult> {
    return (await this.stepTogether([{ batch: [], values }]))[0];
  }
  stepTogether(requests: readonly StepRequest[]): Promise<StepResult[]> {
    return this.work(() => {
      this.rounds.push(requests.map(({ values }) => values.prompt[0]));
      if (requests.some(({ values }) => values.prompt[0] === this.failing)) throw new Error("no");
      return requests.map(({ values }) => ({ loss: values.prompt[0], gradients: {} }));
    });
  }
  score = () => this.work(() => ({ loss: 0, logProbabilities: [] }));
  generate = () => this.work(() => new Int32Array());
  async releaseKept(): Promise<void> {
    this.released++;
  }
  async dispose(): Promise<void> {}

  private async work<Result>(make: () => Result): Promise<Result> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    this.atOnce--;
    return make();
  }
}

const values = (name: number) => ({ prompt: Float32Array.of(name) });

/** A training of so many steps, with an evaluation behind each where asked. */
async function train(seat: ReturnType<SharedSteps["seat"]>, name: number, steps: number, evaluations = false): Promise<number[]> {
  const losses: number[] = [];
  seat.enter();
  try {
    for (let step = 0; step < steps; step++) {
      losses.push((await seat.step([], values(name))).loss);
      if (evaluations) await seat.score([], values(name));
    }
  } finally {
    seat.leave();
  }
  return losses;
}

describe("trainings that take their steps together", () => {
  it("wait for each other, and the longest ends alone", async () => {
    const program = new NotingProgram();
    const shared = new SharedSteps(program);
    const seats = [shared.seat(), shared.seat(), shared.seat()];
    const losses = await Promise.all([train(seats[0], 1, 2), train(seats[1], 2, 3, true), train(seats[2], 3, 4)]);
    expect(losses).toEqual([[1, 1], [2, 2, 2], [3, 3, 3, 3]]);
    expect(program.rounds).toEqual([[1, 2, 3], [1, 2, 3], [2, 3], [3]]);
    expect(program.mostAtOnce).toBe(1);
    expect(program.released).toBe(1);
  });

  it("do not begin before all have; one that never begins is not waited for once it has left", async () => {
    const program = new NotingProgram();
    const shared = new SharedSteps(program);
    const [first, second] = [shared.seat(), shared.seat()];
    const training = train(first, 1, 1);
    await first.score([], values(1));
    expect(program.rounds).toEqual([]);
    // A check of the gradient before the training is no part of a round.
    await second.step([], values(9));
    expect(program.rounds).toEqual([[9]]);
    second.leave();
    await training;
    expect(program.rounds).toEqual([[9], [1]]);
  });

  it("take in one that comes later when its training begins", async () => {
    const program = new NotingProgram();
    const shared = new SharedSteps(program);
    const [first, second] = [shared.seat(), shared.seat()];
    const trainings = [train(first, 1, 3), train(second, 2, 3)];
    await first.score([], values(1));
    const late = shared.seat();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(program.rounds).toEqual([[1, 2], [1, 2], [1, 2]]);
    await Promise.all([...trainings, train(late, 3, 1)]);
    expect(program.rounds.at(-1)).toEqual([3]);
    expect(program.released).toBe(1);
  });

  it("go on while one is paused, and take it in again", async () => {
    const program = new NotingProgram();
    const shared = new SharedSteps(program);
    const [first, second] = [shared.seat(), shared.seat()];
    const gate = new PauseGate();
    const watched = second.gate(gate);
    gate.pause();
    expect(watched.paused).toBe(true);
    second.enter();
    const passed = watched.pass();
    await train(first, 1, 2);
    expect(program.rounds).toEqual([[1], [1]]);
    gate.resume();
    await passed;
    expect((await second.step([], values(2))).loss).toBe(2);
    expect(program.rounds).toEqual([[1], [1], [2]]);
  });

  it("fail alone: the others' steps are made again without the one that cannot be", async () => {
    const program = new NotingProgram();
    program.failing = 2;
    const shared = new SharedSteps(program);
    const seats = [shared.seat(), shared.seat(), shared.seat()];
    const ended = await Promise.allSettled([train(seats[0], 1, 2), train(seats[1], 2, 2), train(seats[2], 3, 2)]);
    expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(program.rounds).toEqual([[1, 2, 3], [1], [2], [3], [1, 3]]);
  });
});
