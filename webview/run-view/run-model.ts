import type { EvaluationMeasures, RunEvent } from "../../src/runs/events.js";
import type { JournalBatch, StepColumns, TimedEvent } from "../../src/protocol/webview/run-view.js";
import { Points } from "../shared/chart/points.js";

type EventOf<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

export interface Evaluation {
  readonly step: number;
  readonly split: "validation" | "test";
  readonly measures: EvaluationMeasures;
  readonly best: boolean;
}
export interface LogLine {
  readonly time: string;
  readonly level: "info" | "warning" | "error";
  readonly text: string;
  /** A change of the run's life, rather than a message of its training. */
  readonly event?: EventOf<"state"> | EventOf<"resume">;
}

/** Lines of the log that are kept; a training that warns at every step must not fill the memory. */
const mostLogLines = 2000;

/** What a run's journal says so far, taken in batch by batch. Steps that a resumed run does again replace the earlier ones. */
export class RunModel {
  readonly loss = new Points();
  readonly learningRate = new Points();
  readonly gradientNorm = new Points();
  evaluations: Evaluation[] = [];
  baselines = new Map<string, EvaluationMeasures>();
  log: LogLine[] = [];
  checkpoints: number[] = [];
  resumes: number[] = [];
  phase: EventOf<"phase"> | undefined;
  result: EventOf<"result"> | undefined;
  state: EventOf<"state"> | undefined;
  steps: number | undefined;
  epoch = 0;
  samplesPerSecond: number | undefined;
  caughtUp = false;
  damage: readonly string[] = [];

  /** Takes in a batch; a restart gives a new, empty model first. */
  static apply(model: RunModel, batch: JournalBatch): RunModel {
    const target = batch.restart ? new RunModel() : model;
    for (const part of batch.parts) {
      if (part.type === "steps") target.addSteps(part);
      else target.addEvent(part);
    }
    target.caughtUp = batch.caughtUp;
    if (batch.caughtUp) target.damage = batch.damage;
    return target;
  }

  /** The step of the evaluation that is the best so far. */
  get best(): Evaluation | undefined {
    return this.evaluations.findLast(({ best, split }) => best && split === "validation");
  }

  /** The measures on the held-out rows: the result's, or the test evaluation's while there is no result yet. */
  get test(): EvaluationMeasures | undefined {
    return this.result?.test ?? this.evaluations.findLast(({ split }) => split === "test")?.measures;
  }

  private addSteps({ step, loss, learningRate, gradientNorm, samplesPerSecond, epoch, steps }: StepColumns): void {
    step.forEach((at, index) => {
      this.loss.add(at, loss[index]);
      this.learningRate.add(at, learningRate[index]);
      this.gradientNorm.add(at, gradientNorm[index]);
    });
    Object.assign(this, { samplesPerSecond, epoch, steps });
    this.phase = undefined;
  }

  private addEvent({ time, event }: TimedEvent): void {
    switch (event.type) {
      case "state":
        this.state = event;
        if (event.state !== "running" && event.state !== "paused") this.phase = undefined;
        return this.addLine({ time, level: event.state === "failed" ? "error" : "info", text: event.reason ?? "", event });
      case "evaluation":
        this.evaluations = [...this.evaluations.filter(({ step, split }) => step !== event.step || split !== event.split), { step: event.step, split: event.split, measures: event.measures, best: event.best === true }];
        return;
      case "baseline":
        this.baselines.set(event.name, event.measures);
        return;
      case "checkpoint":
        if (this.checkpoints.at(-1) !== event.step) this.checkpoints.push(event.step);
        return;
      case "resume":
        this.cutAfter(event.step);
        return this.addLine({ time, level: "info", text: "", event });
      case "message":
        return this.addLine({ time, level: event.level, text: event.text });
      case "phase":
        this.phase = event;
        return;
      case "result":
        this.result = event;
        for (const [name, measures] of Object.entries(event.baselines)) this.baselines.set(name, measures);
        return;
    }
  }

  private addLine(line: LogLine): void {
    this.log.push(line);
    if (this.log.length > mostLogLines) this.log.splice(0, this.log.length - mostLogLines);
  }

  private cutAfter(step: number): void {
    for (const points of [this.loss, this.learningRate, this.gradientNorm]) points.cutAfter(step);
    this.evaluations = this.evaluations.filter((evaluation) => evaluation.step <= step && evaluation.split === "validation");
    this.checkpoints = this.checkpoints.filter((checkpoint) => checkpoint <= step);
    if (step > 0) this.resumes.push(step);
    this.result = undefined;
    this.phase = undefined;
  }
}
