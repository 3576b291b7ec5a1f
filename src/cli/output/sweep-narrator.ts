import type { RunEvent } from "../../runs/events.js";
import { harmless } from "./harmless.js";
import { bar, line, live, type Narration } from "./narration.js";
import { duration, figure } from "./numbers.js";
import { RunNarrator } from "./run-narrator.js";

type StepEvent = Extract<RunEvent, { type: "step" }>;

/** Tells the events of runs that go on side by side: what each has reached, and once what all have in common. */
export class SweepNarrator {
  private readonly narrators: RunNarrator[];
  private readonly steps: (StepEvent | undefined)[];
  private readonly ended = new Set<number>();
  private readonly said = new Set<string>();

  /** @param names of the runs, by place. */
  constructor(private readonly names: readonly string[]) {
    this.narrators = names.map(() => new RunNarrator());
    this.steps = names.map(() => undefined);
  }

  event(event: RunEvent, place: number): Narration[] {
    if (event.type === "step") {
      this.steps[place] = event;
      // The run's own line would replace the others': it is only told what it needs for its next one.
      this.narrators[place].event(event);
      return [live(this.progress())];
    }
    if (event.type === "state" && event.state !== "running" && event.state !== "paused") {
      this.ended.add(place);
      return [line(`  [${this.names[place]}] ${event.state}${event.reason === undefined ? "" : `: ${harmless(event.reason)}`}`)];
    }
    const told = this.narrators[place].event(event);
    // What is found before the first step is about the experiment, the data or the backbone.
    const common = event.type === "phase" || event.type === "baseline" || (event.type === "message" && this.steps[place] === undefined);
    return told.flatMap(({ kind, text }) => (kind === "live" ? [live(text)] : common ? this.once(text) : [line(`  [${this.names[place]}]${text.replace(/^ +/, " ")}`)]));
  }

  /** Runs of one experiment say much alike. */
  private once(text: string): Narration[] {
    if (this.said.has(text)) return [];
    this.said.add(text);
    return [line(text)];
  }

  private progress(): string {
    const training = this.steps.filter((step, place): step is StepEvent => step !== undefined && !this.ended.has(place));
    const done = training.reduce((sum, { step, steps }) => sum + step / steps, 0) / training.length;
    const samples = training.reduce((sum, { samplesPerSecond }) => sum + samplesPerSecond, 0);
    const left = Math.max(...training.map(({ secondsLeft }) => secondsLeft ?? 0));
    const slowest = Math.min(...training.map(({ step }) => step));
    return `Training ${training.length} runs ${bar(done, 10)} step ${slowest}/${training[0].steps}  ${figure(samples, 1)} samples/s in all  ${duration(left)} left`;
  }
}
