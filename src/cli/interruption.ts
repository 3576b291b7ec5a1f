/** What of a process an interruption needs; tests give another one. */
export interface SignalSource {
  on(signal: NodeJS.Signals, handler: () => void): unknown;
  off(signal: NodeJS.Signals, handler: () => void): unknown;
}

export interface Interruption {
  readonly signal: AbortSignal;
  /** Stops as the first Ctrl-C does, without a message. */
  stop(): void;
  dispose(): void;
}

const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Ctrl-C: the first asks the work to stop cleanly, the second ends the process at once. SIGTERM and SIGHUP are taken
 * as Ctrl-C.
 * @param announce tells the person, once, what happens now.
 * @param endAtOnce ends the process with 130.
 */
export function watchInterruption(source: SignalSource, announce: () => void, endAtOnce: () => void): Interruption {
  const controller = new AbortController();
  const handler = (): void => {
    if (controller.signal.aborted) return endAtOnce();
    controller.abort();
    announce();
  };
  for (const signal of signals) source.on(signal, handler);
  return {
    signal: controller.signal,
    stop: () => controller.abort(),
    dispose: () => signals.forEach((signal) => source.off(signal, handler)),
  };
}
