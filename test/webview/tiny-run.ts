import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import { runExperiment } from "../../src/backend/run-experiment.js";
import { loadExperiment } from "../../src/experiment/load-experiment.js";
import type { RunEvent } from "../../src/runs/events.js";
import { rows, tinyExperiment } from "../cli/end-to-end/ptune.js";

type TinyExperiment = ReturnType<typeof tinyExperiment>;

/** Real runs of the tiny model, in a folder of their own that is deleted after the test file. */
export class TinyRuns {
  readonly folder = mkdtempSync(path.join(tmpdir(), "ptune-pages-"));

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Writes the data and the experiment. @returns the experiment's file. */
  write(change: (experiment: TinyExperiment) => void = () => undefined): string {
    for (const [name, content] of [["train.tsv", rows(32, 0)], ["dev.tsv", rows(8, 200)], ["test.tsv", rows(12, 100)]]) writeFileSync(path.join(this.folder, name), content);
    const experiment = tinyExperiment();
    change(experiment);
    const file = path.join(this.folder, `${experiment.name}.ptune.json`);
    writeFileSync(file, JSON.stringify(experiment));
    return file;
  }

  /** Runs an experiment to its end. @returns the run's folder. */
  async run(change?: (experiment: TinyExperiment) => void, options: { readonly signal?: AbortSignal; readonly emit?: (event: RunEvent) => void } = {}): Promise<string> {
    const { run } = await runExperiment(await loadExperiment(this.write(change)), { runsRoot: path.join(this.folder, ".ptune", "runs"), cache: path.join(this.folder, "cache"), ...options });
    return run;
  }
}
