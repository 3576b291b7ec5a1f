import { Turns } from "../common/turns.js";
import type { BatchGenerationOptions, GenerationOptions, Program, ScoreResult, Sequence, StepRequest, StepResult, TensorValues } from "../engine/program.js";
import type { Gate } from "./pause-gate.js";

interface Asked extends StepRequest {
  readonly seat: Seat;
  readonly resolve: (result: StepResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets trainings that go on side by side take their steps through one program. A round is made when every training that
 * takes part has asked for its step, so that which steps are made together follows from the trainings and not from the
 * clock. At most one pass is under way at any time: memory is that of one.
 */
export class SharedSteps {
  /** Every seat until its training has ended; true once it has begun. */
  private readonly begun = new Map<Seat, boolean>();
  /** Whether rounds are being made: who comes later joins them when its training begins. */
  private underWay = false;
  private asked: Asked[] = [];
  private readonly turns = new Turns();

  constructor(readonly program: Program) {}

  /** A place for one training. The first round is made when every training that has a seat by then has begun or was left. */
  seat(): Seat {
    const seat = new Seat(this);
    this.begun.set(seat, false);
    return seat;
  }

  enter(seat: Seat): void {
    this.begun.set(seat, true);
    this.makeRound();
  }

  leave(seat: Seat): void {
    this.begun.delete(seat);
    if (this.begun.size === 0) {
      this.underWay = false;
      void this.program.releaseKept?.();
    }
    this.makeRound();
  }

  step(seat: Seat, request: StepRequest): Promise<StepResult> {
    // What checks a gradient before the training begins, or uses the program after it, is no part of a round.
    if (!this.begun.get(seat)) return this.alone((program) => program.step(request.batch, request.values));
    return new Promise((resolve, reject) => {
      this.asked.push({ ...request, seat, resolve, reject });
      this.makeRound();
    });
  }

  /** One piece of work with the program, when those before it are done. */
  alone<Result>(work: (program: Program) => Promise<Result>): Promise<Result> {
    return this.turns.take(() => work(this.program));
  }

  private makeRound(): void {
    const training = [...this.begun.values()].filter(Boolean).length;
    if (this.asked.length === 0 || this.asked.length < (this.underWay ? training : this.begun.size)) return;
    this.underWay = true;
    const order = [...this.begun.keys()];
    const round = this.asked.sort((a, b) => order.indexOf(a.seat) - order.indexOf(b.seat));
    this.asked = [];
    void this.alone((program) => settleRound(program, round));
  }
}

/** Where a round cannot be made together, each training is told of its own step: what fails for one need not for another. */
async function settleRound(program: Program, round: readonly Asked[]): Promise<void> {
  if (program.stepTogether && round.length > 1) {
    try {
      const results = await program.stepTogether(round);
      return round.forEach(({ resolve }, i) => resolve(results[i]));
    } catch {
      // Below, one at a time.
    }
  }
  for (const { batch, values, resolve, reject } of round) await program.step(batch, values).then(resolve, reject);
}

/** The shared program as one of the trainings sees it. Who made the program disposes of it. */
export class Seat implements Program {
  constructor(private readonly table: SharedSteps) {}

  get trainables(): Program["trainables"] {
    return this.table.program.trainables;
  }

  get head(): Program["head"] {
    return this.table.program.head;
  }

  get approximate(): boolean | undefined {
    return this.table.program.approximate;
  }

  /** A training's steps are made with the others' from here until `leave`. */
  enter(): void {
    this.table.enter(this);
  }

  /** The others do not wait for this training any more. */
  leave(): void {
    this.table.leave(this);
  }

  /** A gate whose closing lets the others go on. */
  gate(gate: Gate): Gate {
    return {
      get paused() {
        return gate.paused;
      },
      pass: async (signal) => {
        this.leave();
        await gate.pass(signal);
        this.enter();
      },
    };
  }

  step(batch: readonly Sequence[], values: TensorValues): Promise<StepResult> {
    return this.table.step(this, { batch, values });
  }

  score(batch: readonly Sequence[], values: TensorValues): Promise<ScoreResult> {
    return this.table.alone((program) => program.score(batch, values));
  }

  generate(sequence: Sequence, values: TensorValues, options: GenerationOptions): Promise<Int32Array> {
    return this.table.alone((program) => program.generate(sequence, values, options));
  }

  get generateBatch(): Program["generateBatch"] {
    if (!this.table.program.generateBatch) return undefined;
    return (batch: readonly Sequence[], values: TensorValues, options: BatchGenerationOptions) => this.table.alone((program) => program.generateBatch!(batch, values, options));
  }

  get withExactActivations(): Program["withExactActivations"] {
    return this.table.program.withExactActivations?.bind(this.table.program);
  }

  /** The kept texts serve the others; the last to leave lets them go. */
  async releaseKept(): Promise<void> {}

  async dispose(): Promise<void> {}
}
