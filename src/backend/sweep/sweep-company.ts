import type { Example } from "../../data/example.js";
import type { Evaluation } from "../../tasks/evaluate.js";
import type { Seat } from "../../training/shared-steps.js";
import type { Company } from "../company.js";

/** What the runs of a sweep have in common beside their parts: whose turn it is, and what was measured once for all. */
export class SweepCompany {
  private turn: Promise<unknown> = Promise.resolve();
  private readonly measured = new WeakMap<readonly Example[], Map<string, Promise<Evaluation>>>();

  /** That of the run whose training has this seat. */
  of(seat: Seat): Company {
    return {
      training: async (gate, work) => {
        seat.enter();
        try {
          return await work(gate && seat.gate(gate));
        } finally {
          seat.leave();
        }
      },
      inTurn: (work) => this.inTurn(work),
      remembered: (examples, key, measure) => this.remembered(examples, JSON.stringify(key), measure),
    };
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(work);
    this.turn = result.then(undefined, () => undefined);
    return result;
  }

  private remembered(examples: readonly Example[], key: string, measure: () => Promise<Evaluation>): Promise<Evaluation> {
    let known = this.measured.get(examples);
    if (!known) this.measured.set(examples, (known = new Map()));
    let evaluation = known.get(key);
    if (!evaluation) {
      evaluation = measure();
      known.set(key, evaluation);
      // What was stopped or failed for one run is tried again for the next.
      evaluation.catch(() => known.delete(key));
    }
    return evaluation;
  }
}
