import path from "node:path";
import { describeEnvironment } from "../../src/runs/environment.js";
import { RunStore } from "../../src/runs/run-store.js";
import { RunWriter } from "../../src/runs/run-writer.js";

/** A run that tells a thousand steps a second, written as any run is: by the holder of its lease, into its journal. */
export class FloodingRun {
  private step = 0;
  private timer?: NodeJS.Timeout;

  private constructor(
    private readonly writer: RunWriter,
    readonly folder: string,
  ) {}

  static async begin(root: string): Promise<FloodingRun> {
    const environment = describeEnvironment({ programVersion: "0.1.0", onnxruntimeVersion: "1.30.0", threads: 2, gradients: "exact", model: { name: "none", sha256: "0".repeat(64) }, data: { all: "0".repeat(64) } });
    const folder = new RunStore(path.join(root, ".ptune", "runs")).create({ name: "flood" }, environment);
    const run = new FloodingRun(await RunWriter.open(folder), folder.path);
    run.writer.append({ type: "state", state: "running" });
    const began = performance.now();
    run.timer = setInterval(() => {
      // As many as are due: a late timer must not slow the flood down.
      while (run.step < performance.now() - began) run.tell();
    }, 10);
    return run;
  }

  get steps(): number {
    return this.step;
  }

  end(): void {
    clearInterval(this.timer);
    this.writer.append({ type: "state", state: "stopped" });
    this.writer.close();
  }

  private tell(): void {
    const step = ++this.step;
    this.writer.append({ type: "step", step, steps: 1_000_000, epoch: step / 1000, loss: Math.exp(-step / 20_000) + 0.1 * Math.random(), learningRate: 0.01, gradientNorm: 1, samplesPerSecond: 8000, secondsLeft: 1000 });
  }
}
