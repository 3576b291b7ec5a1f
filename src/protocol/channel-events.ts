/** The listeners of a channel. What arrives before anybody listens is kept: a side may speak before the other is set up. */
export class ChannelEvents {
  private readonly messageListeners: ((message: unknown) => void)[] = [];
  private readonly closeListeners: (() => void)[] = [];
  private early: unknown[] = [];
  private ended = false;

  get closed(): boolean {
    return this.ended;
  }

  onMessage(listener: (message: unknown) => void): void {
    this.messageListeners.push(listener);
    for (const message of this.early.splice(0)) listener(message);
  }

  /** Called at once where the channel is closed already. */
  onClose(listener: () => void): void {
    if (this.ended) listener();
    else this.closeListeners.push(listener);
  }

  message(message: unknown): void {
    if (this.ended) return;
    if (this.messageListeners.length === 0 && this.early.length < mostEarly) this.early.push(message);
    for (const listener of this.messageListeners) listener(message);
  }

  /** True the first time. */
  close(): boolean {
    if (this.ended) return false;
    this.ended = true;
    this.early = [];
    for (const listener of this.closeListeners.splice(0)) listener();
    return true;
  }
}

const mostEarly = 1000;
