import type { TrainableSpecification } from "../../engine/program.js";
import type { TrainingSettings } from "../../experiment/schema.js";
import { Adafactor } from "./adafactor.js";
import { AdamW } from "./adamw.js";
import type { Optimizer } from "./optimizer.js";
import { Sgd } from "./sgd.js";

/** The optimiser an experiment asks for. Weight decay falls on every trainable, as torch does with one parameter group. */
export function createOptimizer(
  settings: Pick<TrainingSettings, "optimizer" | "weightDecay" | "momentum">,
  trainables: readonly TrainableSpecification[],
): Optimizer {
  const { weightDecay, momentum } = settings;
  switch (settings.optimizer) {
    case "adamw":
      return new AdamW(trainables, { weightDecay });
    case "adafactor":
      return new Adafactor(trainables, { weightDecay });
    case "sgd":
      return new Sgd(trainables, { weightDecay, momentum });
  }
}
