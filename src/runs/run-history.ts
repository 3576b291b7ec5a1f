import type { RunEvent, RunState } from "./events.js";

type EventOf<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

/** What a journal says, as of its end: steps and evaluations that a resumed run did again are there once. */
export interface RunHistory {
  readonly state: RunState;
  readonly stateReason?: string;
  readonly steps: readonly EventOf<"step">[];
  readonly evaluations: readonly EventOf<"evaluation">[];
  readonly baselines: readonly EventOf<"baseline">[];
  readonly messages: readonly EventOf<"message">[];
  readonly phase?: EventOf<"phase">;
  readonly lastCheckpoint?: EventOf<"checkpoint">;
  readonly result?: EventOf<"result">;
}

/** Builds the history event by event. */
export class HistoryBuilder {
  private readonly history: {
    -readonly [Key in keyof RunHistory]: RunHistory[Key];
  } & { steps: EventOf<"step">[]; evaluations: EventOf<"evaluation">[]; baselines: EventOf<"baseline">[]; messages: EventOf<"message">[] } = {
    state: "queued",
    steps: [],
    evaluations: [],
    baselines: [],
    messages: [],
  };

  add(event: RunEvent): void {
    const { history } = this;
    switch (event.type) {
      case "state":
        history.state = event.state;
        history.stateReason = event.reason;
        break;
      case "step":
        history.steps.push(event);
        break;
      case "evaluation":
        // A run killed behind its last checkpoint measures again what it had measured already.
        history.evaluations = [...history.evaluations.filter(({ step, split }) => step !== event.step || split !== event.split), event];
        break;
      case "baseline":
        // A resumed run may measure a baseline again.
        history.baselines = [...history.baselines.filter(({ name }) => name !== event.name), event];
        break;
      case "checkpoint":
        history.lastCheckpoint = event;
        break;
      case "resume":
        history.steps = history.steps.filter(({ step }) => step <= event.step);
        history.evaluations = history.evaluations.filter(({ step }) => step <= event.step);
        if (history.lastCheckpoint && history.lastCheckpoint.step > event.step) history.lastCheckpoint = undefined;
        history.result = undefined;
        break;
      case "message":
        history.messages.push(event);
        break;
      case "phase":
        history.phase = event;
        break;
      case "result":
        history.result = event;
        break;
    }
  }

  build(): RunHistory {
    return this.history;
  }
}
