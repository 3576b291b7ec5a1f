import { cpus } from "node:os";
import { describeEnvironment, type Environment } from "../runs/environment.js";
import type { PreparedRun } from "./prepared-run.js";
import { onnxruntimeVersion, programVersion } from "./versions.js";

/** What the run's result may depend on beside the experiment. */
export function environmentOf({ experiment, backbone, dataset, program, gradients }: PreparedRun): Environment {
  return describeEnvironment({
    programVersion,
    onnxruntimeVersion,
    // onnxruntime takes one thread a physical core; Node knows the logical ones only.
    threads: experiment.training.threads ?? cpus().length,
    gradients: program.approximate ? "approximate" : "exact",
    gradientsChoice: gradients,
    model: { name: backbone.description.name, sha256: backbone.description.hash },
    data: { all: dataset.hash },
  });
}
