import { stat } from "node:fs/promises";
import path from "node:path";
import type { Backbone } from "../backbone/backbone.js";
import { resolveModelSource } from "../backbone/sources/resolve.js";
import { loadBackbone } from "../backend/load-backbone.js";
import type { BackendOptions } from "../backend/options.js";
import { PromptTuningError } from "../common/errors.js";
import type { Experiment } from "../experiment/schema.js";

/** A backbone held for a while. Whoever holds it makes programs of its own and disposes of them, never of the backbone. */
export interface BorrowedBackbone {
  readonly backbone: Backbone;
  /** Gives it back; a second call does nothing. */
  release(): Promise<void>;
}

interface Entry {
  readonly opening: Promise<Backbone>;
  borrowers: number;
  idleTimer?: NodeJS.Timeout;
}

/** How long a backbone that nobody holds stays open. */
const idleMilliseconds = 60_000;

/**
 * Backbones that the inspector and the playground have open, each once, however many hold it. One that nobody holds
 * stays open for a minute, for the next look; it goes earlier when another one is opened or when `releaseIdle` is called.
 */
export class OpenBackbones {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly idle = idleMilliseconds) {}

  /**
   * @param key equal for equal models.
   * @param load opens it; called only where it is not open yet.
   * @throws what `load` throws; a load that another borrower cancelled is made again.
   */
  async borrow(key: string, load: () => Promise<Backbone>, signal?: AbortSignal): Promise<BorrowedBackbone> {
    if (!this.entries.has(key)) await this.releaseIdle();
    const joined = this.entries.get(key);
    const entry = joined ?? this.open(key, load);
    entry.borrowers++;
    clearTimeout(entry.idleTimer);
    try {
      const backbone = await entry.opening;
      let held = true;
      return {
        backbone,
        release: async () => {
          if (held) this.giveBack(key, entry);
          held = false;
        },
      };
    } catch (error) {
      entry.borrowers--;
      if (!joined || signal?.aborted || !(error instanceof PromptTuningError && error.kind === "stopped")) throw error;
      return this.borrow(key, load, signal);
    }
  }

  /** Closes what nobody holds: somebody needs the memory. */
  async releaseIdle(): Promise<void> {
    const idle = [...this.entries].filter(([, { borrowers }]) => borrowers === 0);
    await Promise.all(idle.map(([key, entry]) => this.close(key, entry)));
  }

  /** Closes everything, held or not: the process ends. */
  async dispose(): Promise<void> {
    await Promise.all([...this.entries].map(([key, entry]) => this.close(key, entry)));
  }

  /** Open backbones, held and idle. */
  get size(): number {
    return this.entries.size;
  }

  private open(key: string, load: () => Promise<Backbone>): Entry {
    const entry: Entry = { opening: load(), borrowers: 0 };
    this.entries.set(key, entry);
    entry.opening.catch(() => this.entries.get(key) === entry && this.entries.delete(key));
    return entry;
  }

  private giveBack(key: string, entry: Entry): void {
    if (--entry.borrowers > 0) return;
    entry.idleTimer = setTimeout(() => void this.close(key, entry), this.idle);
    // An idle backbone is no reason for the process to stay.
    entry.idleTimer.unref();
  }

  private async close(key: string, entry: Entry): Promise<void> {
    clearTimeout(entry.idleTimer);
    if (this.entries.get(key) === entry) this.entries.delete(key);
    const backbone = await entry.opening.catch(() => undefined);
    await backbone?.dispose();
  }
}

/** The process's own. */
export const openBackbones = new OpenBackbones();

/**
 * Borrows the backbone an experiment or an adapter names, fetched where it is not there yet.
 * @param baseFolder what the model's path is relative to.
 * @throws PromptTuningError of fetching and opening it.
 */
export async function borrowBackbone(model: Experiment["model"], baseFolder: string, options: BackendOptions, from: OpenBackbones = openBackbones): Promise<BorrowedBackbone> {
  return from.borrow(await keyOf(model, baseFolder, options), () => loadBackbone(model, baseFolder, options), options.signal);
}

/** A file that was replaced is another model. */
async function keyOf(model: Experiment["model"], baseFolder: string, { cache }: BackendOptions): Promise<string> {
  const { description } = resolveModelSource(model, baseFolder, { cache });
  if (typeof model === "string" || !("path" in model)) return JSON.stringify([description, cache]);
  const file = await stat(path.resolve(baseFolder, model.path)).catch(() => undefined);
  return JSON.stringify([description, file?.size, file?.mtimeMs]);
}
