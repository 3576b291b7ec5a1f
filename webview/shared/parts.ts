import { PromptTuningError } from "../../src/common/errors.js";
import { type Loading, problemOf, type Work } from "./loading.js";

export interface PartCall {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Work) => void;
}

/** What a page asks for part by part: of each part one call is under way at most, a new one takes the place of the last. */
export class Parts<Name extends string> {
  private readonly underWay = new Map<Name, AbortController>();

  constructor(
    private readonly read: (part: Name) => Loading<unknown>,
    private readonly write: (part: Name, loading: Loading<unknown>) => void,
  ) {}

  /** The last value stays while a new one is on its way, and where that is cancelled or fails. */
  async load(part: Name, call: (options: PartCall) => Promise<unknown>, onProgress: (progress: Work) => void = () => undefined): Promise<void> {
    this.cancel(part);
    const own = new AbortController();
    this.underWay.set(part, own);
    const isLast = (): boolean => this.underWay.get(part) === own;
    const put = (loading: Loading<unknown>): void => {
      if (isLast()) this.write(part, loading);
    };
    const before = this.read(part).value;
    put({ status: "loading", value: before });
    try {
      const value = await call({
        signal: own.signal,
        onProgress: (progress) => {
          put({ status: "loading", value: before, progress });
          if (isLast()) onProgress(progress);
        },
      });
      put({ status: "done", value });
    } catch (error) {
      const stopped = error instanceof PromptTuningError && error.kind === "stopped";
      put(stopped ? { status: before === undefined ? "idle" : "done", value: before } : { status: "failed", value: before, problem: problemOf(error) });
    } finally {
      if (isLast()) this.underWay.delete(part);
    }
  }

  cancel(part: Name): void {
    this.underWay.get(part)?.abort();
  }

  cancelAll(): void {
    for (const part of this.underWay.keys()) this.cancel(part);
  }
}
