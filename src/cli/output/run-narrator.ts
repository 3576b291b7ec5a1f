import type { RunEvent } from "../../runs/events.js";
import { measureNames } from "../../tasks/task-facts.js";
import { excerpt, harmless } from "./harmless.js";
import { measureTitles } from "./measures-report.js";
import { bar, line, live, type Narration } from "./narration.js";
import { duration, figure, share } from "./numbers.js";
import { Smoothed } from "./smoothed.js";

type EventOf<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

/** Tells a run's events to a person. Pure: it sees events and nothing else. */
export class RunNarrator {
  private phase = "";
  private readonly loss = new Smoothed();
  private lastLoss: number | null = null;
  private lastValidation = "";

  event(event: RunEvent): Narration[] {
    switch (event.type) {
      case "phase":
        return this.phaseEvent(event);
      case "step":
        return [live(this.step(event))];
      case "evaluation":
        return [line(this.evaluation(event))];
      case "baseline":
        return [line(`  ${excerpt(event.name, 48)}: ${describeMeasures(event.measures)}`)];
      case "message":
        return [line(`${event.level === "info" ? "  Note: " : event.level === "warning" ? "  Warning: " : "  Error: "}${harmless(event.text)}`)];
      case "resume":
        return [line(event.step === 0 ? "There is no checkpoint yet: the run starts again from its beginning." : `Going on from the checkpoint of step ${event.step}.`)];
      case "state":
        return event.state === "paused" ? [line("Paused.")] : [];
      case "checkpoint":
      case "result":
        return [];
    }
  }

  private phaseEvent({ phase, done, total }: EventOf<"phase">): Narration[] {
    const title = phaseTitle(phase);
    const told: Narration[] = [];
    // A validation interrupts the training and gets its own line when it is measured: it needs no title.
    if (phase !== this.phase && phase !== "validation") {
      this.phase = phase;
      told.push(line(`${title} ...`));
    }
    if (done !== undefined && total) told.push(live(`${title}  ${bar(done / total)}  ${Math.floor(done).toLocaleString("en")} of ${total.toLocaleString("en")}`));
    return told;
  }

  private step({ step, steps, loss, samplesPerSecond, secondsLeft }: EventOf<"step">): string {
    if (loss !== null) this.lastLoss = this.loss.add(loss);
    const left = secondsLeft === null ? "" : `  ${duration(secondsLeft)} left`;
    return `Training ${bar(step / steps, 10)} step ${step}/${steps}  loss ${figure(this.lastLoss, 3)}  ${figure(samplesPerSecond, 1)} samples/s${left}${this.lastValidation}`;
  }

  private evaluation({ step, split, measures, best }: EventOf<"evaluation">): string {
    const told = describeMeasures(measures);
    if (split === "test") return `  soft prompt: ${told}`;
    this.lastValidation = `  ${describeMeasures(measures).split(",")[0]}`;
    const loss = this.lastLoss === null ? "" : `training loss ${figure(this.lastLoss, 3)}, `;
    return `  step ${step}: ${loss}validation ${told}${best ? " (best so far)" : ""}`;
  }
}

function phaseTitle(phase: string): string {
  const known: Readonly<Record<string, string>> = {
    data: "Reading the data",
    backbone: "Opening the backbone",
    "checking the gradient": "Checking the gradient",
    training: "Training",
    validation: "Validating",
    test: "Testing on held-out rows",
    baselines: "Measuring the baselines",
    faithfulness: "Measuring the nearest tokens as a hard prompt",
    inspection: "Looking for the nearest tokens",
  };
  const baseline = /^baseline \d+: (.*)$/su.exec(phase);
  if (baseline) return `Baseline ${excerpt(baseline[1], 48)}`;
  return known[phase] ?? excerpt(phase, 48);
}

/** "accuracy 0.9400, macro-F1 0.9397", or what a generation task measures, or the loss alone. */
export function describeMeasures(measures: EventOf<"evaluation">["measures"]): string {
  const told = measureNames.filter((name) => name !== "loss" && measures[name] !== undefined).map((name) => `${measureTitles[name]} ${share(measures[name])}`);
  if (told.length === 0) told.push(`loss ${figure(measures.loss)}`);
  return told.join(", ");
}
