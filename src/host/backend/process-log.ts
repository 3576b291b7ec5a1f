import type { LogOutputChannel } from "vscode";

type Level = "debug" | "info" | "warning" | "error";
const mostCharactersASecond = 100_000;

/** What the backend process says and prints, in the log; of a flood only its beginning, each second. */
export class ProcessLog {
  private second = 0;
  private written = 0;
  private leftOut = 0;

  constructor(private readonly log: Pick<LogOutputChannel, "debug" | "info" | "warn" | "error">) {}

  add(level: Level, text: string): void {
    if (!this.fits(text)) return;
    if (level === "warning") this.log.warn(text);
    else this.log[level](text);
  }

  /** Lines that it printed: our own code prints nothing, so that it is a library's, or a crash's. */
  output(text: string): void {
    const trimmed = text.trimEnd();
    if (trimmed !== "" && this.fits(trimmed)) this.log.warn(trimmed);
  }

  private fits(text: string): boolean {
    const now = performance.now();
    if (now - this.second >= 1000) {
      this.second = now;
      this.written = 0;
      if (this.leftOut > 0) this.log.warn(`${this.leftOut} characters of what the training process says were left out.`);
      this.leftOut = 0;
    }
    if (this.written + text.length > mostCharactersASecond) {
      this.leftOut += text.length;
      return false;
    }
    this.written += text.length;
    return true;
  }
}
