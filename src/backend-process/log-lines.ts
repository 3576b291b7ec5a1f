import type { LogLevel, WindowPeer } from "./context.js";

interface Line {
  readonly level: LogLevel;
  readonly text: string;
}

const mostKept = 200;
const longest = 10_000;

/** What the process has to say for the log. Without a window the last lines are kept for the next one. */
export class LogLines {
  private kept: Line[] = [];

  constructor(private readonly window: () => WindowPeer | undefined) {}

  add(level: LogLevel, text: string): void {
    const line = { level, text: text.length > longest ? `${text.slice(0, longest)} …` : text };
    const window = this.window();
    if (window) return window.notify("log", line);
    this.kept = [...this.kept, line].slice(-mostKept);
  }

  /** To be called when a window has joined. */
  tell(): void {
    for (const { level, text } of this.kept.splice(0)) this.add(level, text);
  }
}
