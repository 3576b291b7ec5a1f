import type { Backbone, ProgramOptions } from "../../backbone/backbone.js";
import { once } from "../../common/once.js";
import type { Dataset } from "../../data/dataset.js";
import type { Program } from "../../engine/program.js";
import type { Experiment } from "../../experiment/schema.js";
import { loadBackbone } from "../load-backbone.js";
import { datasetNeeds, loadExperimentData } from "../load-data.js";
import type { BackendOptions } from "../options.js";
import type { RunParts } from "../prepared-run.js";

/** The parts of a sweep's runs, each made once for all runs that want it alike. */
export class SharedParts implements RunParts {
  private readonly datasets = new Map<string, Promise<Dataset>>();
  private readonly backbones = new Map<string, Promise<Backbone>>();
  private readonly programs = new Map<Backbone, Map<string, Promise<Program>>>();

  dataset(experiment: Experiment, folder: string, options: BackendOptions): Promise<Dataset> {
    const { dataset, task, training } = experiment;
    // The seed matters where rows are drawn.
    const drawn = typeof dataset === "object" && dataset.limit !== undefined;
    return once(this.datasets, [folder, dataset, datasetNeeds(task), drawn ? training.seed : null], () => loadExperimentData(experiment, folder, options));
  }

  backbone({ model, training }: Experiment, folder: string, options: BackendOptions): Promise<Backbone> {
    return once(this.backbones, [folder, model, training.weights], () => loadBackbone(model, folder, options, training.weights));
  }

  program(backbone: Backbone, options: ProgramOptions): Promise<Program> {
    let programs = this.programs.get(backbone);
    if (!programs) this.programs.set(backbone, (programs = new Map()));
    const { onNotice: _, head, ...rest } = options;
    return once(programs, [rest, head.kind === "words" ? { ...head, tokenIds: [...head.tokenIds] } : head], () => backbone.createProgram(options));
  }

  /** The backbone serves the other runs. */
  async giveUp(): Promise<void> {}

  async dispose(): Promise<void> {
    for (const backbone of await Promise.allSettled(this.backbones.values())) if (backbone.status === "fulfilled") await backbone.value.dispose();
  }
}
