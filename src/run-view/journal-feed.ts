import { describeDamage } from "../runs/run-summary.js";
import type { RunEvent } from "../runs/events.js";
import { JournalFollower } from "../runs/journal-follower.js";
import type { JournalRecord } from "../runs/journal-format.js";
import type { JournalReport } from "../runs/journal-scanner.js";
import { type JournalBatch, mostParts, mostStepsInMessage, type StepColumns, type TimedEvent } from "../protocol/webview/run-view.js";

/** At most ten messages a second while a run goes on. */
const sendMilliseconds = 100;
const mostDamage = 100;

/** Follows a run's journal and hands it to a page in messages of bounded size, from its begin. */
export class JournalFeed {
  private readonly follower: JournalFollower;
  private parts: JournalBatch["parts"] = [];
  private steps = 0;
  private restart = true;
  private caughtUp = false;
  private damage: string[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    file: string,
    private readonly send: (batch: JournalBatch) => void,
    active: () => boolean,
  ) {
    this.follower = new JournalFollower(file, { onRecords: (records) => this.add(records), onRestart: () => this.startOver(), onCaughtUp: (report) => this.reachedEnd(report) }, active);
  }

  /** Looks at the journal now; what is new has been sent when this resolves. */
  async look(): Promise<void> {
    await this.follower.look();
    this.flush();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.follower.dispose();
  }

  private add(records: readonly JournalRecord[]): void {
    for (const { time, event } of records) {
      if (event.type === "step") this.addStep(event);
      else this.addEvent({ type: "event", time, event: withoutMatrix(event) });
      if (this.parts.length >= mostParts || this.steps >= mostStepsInMessage) this.flush();
    }
    this.caughtUp = false;
    this.later();
  }

  private addStep({ step, steps, epoch, loss, learningRate, gradientNorm, samplesPerSecond }: Extract<RunEvent, { type: "step" }>): void {
    let columns = this.parts.at(-1);
    if (columns?.type !== "steps") {
      columns = { type: "steps", step: [], loss: [], learningRate: [], gradientNorm: [], samplesPerSecond, epoch, steps } satisfies StepColumns;
      this.parts.push(columns);
    }
    columns.step.push(step);
    columns.loss.push(loss);
    columns.learningRate.push(learningRate);
    columns.gradientNorm.push(gradientNorm);
    Object.assign(columns, { samplesPerSecond, epoch, steps });
    this.steps++;
  }

  /** Of what a run is busy with only the last counts. */
  private addEvent(part: TimedEvent): void {
    const last = this.parts.at(-1);
    if (part.event.type === "phase" && last?.type === "event" && last.event.type === "phase") this.parts.pop();
    this.parts.push(part);
  }

  private startOver(): void {
    this.parts = [];
    this.steps = 0;
    this.restart = true;
    this.damage = [];
  }

  private reachedEnd(report: JournalReport): void {
    this.caughtUp = true;
    this.damage = describeDamage(report).slice(0, mostDamage);
    this.later();
  }

  private later(): void {
    this.timer ??= setTimeout(() => this.flush(), sendMilliseconds);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.parts.length === 0 && !this.restart && !this.caughtUp) return;
    this.send({ restart: this.restart, parts: this.parts, caughtUp: this.caughtUp, damage: this.damage });
    this.parts = [];
    this.steps = 0;
    this.restart = false;
    this.caughtUp = false;
  }
}

/** The many evaluations of a long training go without their matrices; the result brings its own. */
function withoutMatrix(event: Exclude<RunEvent, { type: "step" }>): Exclude<RunEvent, { type: "step" }> {
  if (event.type === "baseline") return { ...event, measures: plain(event.measures) };
  if (event.type === "result") return { ...event, baselines: Object.fromEntries(Object.entries(event.baselines).map(([name, measures]) => [name, plain(measures)])) };
  return event.type === "evaluation" && event.split === "validation" ? { ...event, measures: plain(event.measures) } : event;
}

function plain<Measures extends { confusion?: unknown; labels?: unknown; perClass?: unknown }>(measures: Measures): Measures {
  const { confusion: _confusion, labels: _labels, perClass: _perClass, ...rest } = measures;
  return rest as Measures;
}
