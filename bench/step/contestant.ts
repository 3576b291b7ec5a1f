import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";

/** What a contestant's process tells of one step. */
export interface StepReport {
  readonly seconds: number;
  /** Before the step's update. */
  readonly loss: number;
  /** Largest resident memory since loading, in MB. */
  readonly peakMB: number;
  /** Largest resident memory until everything was loaded, in MB. */
  readonly loadedMB: number;
}

/** One step of a process of ours; it may tell its time itself. */
export type Step = (turn: number) => Promise<{ readonly loss: number; readonly seconds?: number }>;

/** A process that makes one training step whenever it is told to, so that contestants take turns on the same machine. */
export class Contestant {
  readonly reports: StepReport[] = [];
  private readonly lines: AsyncIterator<string>;
  private readonly input: Interface;
  private errors = "";

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    this.input = createInterface({ input: child.stdout! });
    this.lines = this.input[Symbol.asyncIterator]();
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.errors = (this.errors + text).slice(-20_000)));
  }

  static start(name: string, command: string, args: readonly string[]): Contestant {
    return new Contestant(name, spawn(command, [...args], { stdio: ["pipe", "pipe", "pipe"] }));
  }

  async step(): Promise<StepReport> {
    this.child.stdin!.write("step\n");
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`"${this.name}" ended:\n${this.errors.slice(-2000)}`);
    const report = JSON.parse(value as string) as StepReport;
    this.reports.push(report);
    return report;
  }

  end(): void {
    this.child.stdin!.end();
    this.child.kill();
  }
}
