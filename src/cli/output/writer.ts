import { jsonLine } from "./harmless.js";
import { cutToWidth } from "./table.js";

/** What of a stream the command line uses; process.stdout and process.stderr are such. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Results, to standard output. */
export class ResultWriter {
  constructor(
    private readonly stream: OutputStream,
    readonly json: boolean,
  ) {}

  line(text = ""): void {
    this.stream.write(`${text}\n`);
  }

  lines(texts: readonly string[]): void {
    if (texts.length > 0) this.stream.write(`${texts.join("\n")}\n`);
  }

  object(value: object): void {
    this.stream.write(`${jsonLine(value)}\n`);
  }
}

/**
 * Progress, to standard error: lines that stay, and on a terminal one last line that changes in place. Without a
 * terminal the changing line is not shown at all, so that logs hold no carriage returns.
 */
export class ProgressWriter {
  private shown = "";
  private lastShown = -Infinity;

  constructor(
    private readonly stream: OutputStream,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get live(): boolean {
    return this.stream.isTTY === true;
  }

  line(text: string): void {
    this.clear();
    this.stream.write(`${text}\n`);
  }

  /** Replaces the changing line; at most ten times a second. */
  show(text: string): void {
    if (!this.live || text === this.shown) return;
    const time = this.now();
    if (time - this.lastShown < 100) return;
    this.lastShown = time;
    this.shown = text;
    this.stream.write(`\r${cutToWidth(text, (this.stream.columns ?? 80) - 1)}\u001b[K`);
  }

  /** Takes the changing line away. */
  clear(): void {
    if (this.shown === "") return;
    this.shown = "";
    this.lastShown = -Infinity;
    this.stream.write("\r\u001b[K");
  }
}
