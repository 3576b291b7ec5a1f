import { randomUUID } from "node:crypto";
import type { PlaygroundSession } from "./session.js";

/** Minutes without a question after which a playground gives its memory back. It is opened again when it is asked. */
const idleMinutes = 15;

interface Entry {
  readonly session: PlaygroundSession;
  timer: ReturnType<typeof setTimeout>;
  /** Calls under way: none of them is idle time. */
  using: number;
}

/** The open playgrounds by their ids; each is closed when nobody has used it for a while. */
export class SessionTable {
  private readonly entries = new Map<string, Entry>();

  constructor(
    /** Told about a failure to give things back. */
    private readonly onError: (error: unknown) => void,
    private readonly idleMilliseconds = idleMinutes * 60_000,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  add(session: PlaygroundSession): string {
    const id = randomUUID();
    this.entries.set(id, { session, timer: this.startTimer(id), using: 0 });
    return id;
  }

  /** Works with a session; undefined where it is closed. */
  async use<Result>(id: string, work: (session: PlaygroundSession) => Promise<Result>): Promise<Result | undefined> {
    const entry = this.entries.get(id);
    if (!entry) return undefined;
    clearTimeout(entry.timer);
    entry.using++;
    try {
      return await work(entry.session);
    } finally {
      if (--entry.using === 0 && this.entries.has(id)) entry.timer = this.startTimer(id);
    }
  }

  async close(id: string): Promise<void> {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.entries.delete(id);
    clearTimeout(entry.timer);
    await entry.session.dispose();
  }

  async closeAll(): Promise<void> {
    for (const id of [...this.entries.keys()]) await this.close(id);
  }

  private startTimer(id: string): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => void this.close(id).catch(this.onError), this.idleMilliseconds);
    timer.unref();
    return timer;
  }
}
