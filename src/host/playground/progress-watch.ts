import type { PlaygroundPromptData } from "../../protocol/backend/playground.js";
import type { RunEntry } from "../../runs/run-entry.js";

/** Tells when runs whose checkpoints are being tried have learned more since: once, until they are read again. */
export class ProgressWatch {
  /** Run → step it stood at when it was read. */
  private readonly read = new Map<string, number>();

  constructor(
    private readonly find: (run: string) => Pick<RunEntry, "step"> | undefined,
    private readonly tell: (run: string, step: number) => void,
  ) {}

  /** Prompts have been read. One that is final needs no watching. */
  note(prompts: readonly Pick<PlaygroundPromptData, "reference" | "checkpoint">[]): void {
    for (const { reference, checkpoint } of prompts) {
      const step = this.find(reference)?.step;
      if (checkpoint === null || step === undefined) this.read.delete(reference);
      else this.read.set(reference, step);
    }
  }

  /** The runs have changed. */
  look(): void {
    for (const [run, step] of this.read) {
      const now = this.find(run)?.step;
      if (now === undefined || now <= step) continue;
      this.read.delete(run);
      this.tell(run, now);
    }
  }
}
