/**
 * A way for whole messages between two sides: a child process's IPC channel, a socket, a webview's postMessage. Knows
 * nothing of what the messages mean; what arrives is unknown until its schema has checked it.
 */
export interface Channel {
  /** A message to a side that is gone is lost, and `onClose` tells. Throws only where the message cannot be written as JSON. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when the other side is gone or `close` was called. */
  onClose(listener: () => void): void;
  close(): void;
}

/** Two ends that hear each other, one turn of the event loop later; for tests. Messages cross as JSON, as everywhere. */
export function channelPair(): readonly [Channel, Channel] {
  const ends = [new LocalEnd(), new LocalEnd()] as const;
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return ends;
}

class LocalEnd implements Channel {
  other?: LocalEnd;
  private readonly listeners: ((message: unknown) => void)[] = [];
  private readonly closeListeners: (() => void)[] = [];
  private closed = false;

  send(message: unknown): void {
    const text = JSON.stringify(message);
    setTimeout(() => {
      if (!this.closed) this.other?.listeners.forEach((listener) => listener(JSON.parse(text)));
    }, 0);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.listeners.push(listener);
  }

  onClose(listener: () => void): void {
    this.closeListeners.push(listener);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.closeListeners.forEach((listener) => listener());
    this.other?.close();
  }
}
