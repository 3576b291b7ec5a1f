import type { Example } from "../data/example.js";
import type { Evaluation } from "../tasks/prediction.js";
import type { Gate } from "../training/pause-gate.js";

/** How a run gets along with others that go on in the same process. */
export interface Company {
  /** The training itself, whose steps may be made with the others'. It is given the gate to wait at. */
  training<Result>(gate: Gate | undefined, work: (gate: Gate | undefined) => Promise<Result>): Promise<Result>;
  /** Work that takes memory or time of its own: one run after the other. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Measures what does not depend on any training, or gives what was measured for another run on the very same rows. */
  remembered(examples: readonly Example[], key: unknown, measure: () => Promise<Evaluation>): Promise<Evaluation>;
}

/** That of a run which has the process to itself. */
export const alone: Company = {
  training: (gate, work) => work(gate),
  inTurn: (work) => work(),
  remembered: (_examples, _key, measure) => measure(),
};
