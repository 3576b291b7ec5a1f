import type { ProcessContext } from "../context.js";
import { registerBackbones } from "./backbones.js";
import { registerDatasets } from "./datasets.js";
import { registerExperiments } from "./experiments.js";
import { registerInspection } from "./inspection.js";
import { registerPlayground } from "./playground.js";
import { registerTransfer } from "./transfer.js";

/** Every feature that needs the engine answers its calls here; a feature adds its line. */
export function registerHandlers(context: ProcessContext): void {
  registerBackbones(context);
  registerDatasets(context);
  registerExperiments(context);
  registerInspection(context);
  registerPlayground(context);
  registerTransfer(context);
}
