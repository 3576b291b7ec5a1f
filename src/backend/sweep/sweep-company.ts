import { once } from "../../common/once.js";
import { Turns } from "../../common/turns.js";
import type { Example } from "../../data/example.js";
import type { Evaluation } from "../../tasks/prediction.js";
import type { Seat } from "../../training/shared-steps.js";
import type { Company } from "../company.js";

/** What the runs of a sweep have in common beside their parts: whose turn it is, and what was measured once for all. */
export class SweepCompany {
  private readonly turns = new Turns();
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
      inTurn: (work) => this.turns.take(work),
      remembered: (examples, key, measure) => this.remembered(examples, key, measure),
    };
  }

  private remembered(examples: readonly Example[], key: unknown, measure: () => Promise<Evaluation>): Promise<Evaluation> {
    let known = this.measured.get(examples);
    if (!known) this.measured.set(examples, (known = new Map()));
    return once(known, key, measure);
  }
}
