import type { Program } from "../../engine/program.js";
import type { LoadedExperiment } from "../../experiment/load-experiment.js";
import type { ResultEvent } from "../../runs/events.js";
import { type Seat, SharedSteps } from "../../training/shared-steps.js";
import type { BackendOptions } from "../options.js";
import { prepareRun, type PreparedRun } from "../prepared-run.js";
import { conductNewRun } from "../run-experiment.js";
import { SharedParts } from "./shared-parts.js";
import { SweepCompany } from "./sweep-company.js";

/**
 * Runs that go on side by side over one copy of the frozen weights. Each is a run of its own, with its folder and
 * journal; those with the same backbone, head and length of prompt take their steps in shared passes, texts are encoded
 * once, and baselines measured once. Runs may join while others train.
 */
export class Sweep {
  private readonly parts = new SharedParts();
  private readonly company = new SweepCompany();
  private readonly tables = new Map<Program, SharedSteps>();

  /** @throws PromptTuningError for everything that is wrong with the experiment, its data or its model. */
  prepare({ experiment, folder }: LoadedExperiment, options: BackendOptions): Promise<PreparedRun> {
    return prepareRun(experiment, folder, options, { parts: this.parts });
  }

  /** Trains a prepared run and measures it. @throws what ended the run, alone: the others go on. */
  async conduct(run: PreparedRun, options: BackendOptions): Promise<ResultEvent> {
    const seat = this.seatAt(run.program);
    try {
      return await conductNewRun({ ...run, program: seat, company: this.company.of(seat) }, options);
    } finally {
      // Also where it ended before its training began.
      seat.leave();
    }
  }

  /** To be called when all runs have ended. */
  dispose(): Promise<void> {
    return this.parts.dispose();
  }

  private seatAt(program: Program): Seat {
    let table = this.tables.get(program);
    if (!table) this.tables.set(program, (table = new SharedSteps(program)));
    return table.seat();
  }
}
