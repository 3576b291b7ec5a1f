import { decodeRecord, type JournalRecord, longestLine } from "./journal-format.js";

export interface JournalDamage {
  /** "tail": the end was cut (a killed writer, or a line still being written). "line": a line in the middle is broken. */
  readonly kind: "tail" | "line";
  /** 1-based. */
  readonly line: number;
  /** Position of the damaged bytes in the file. */
  readonly offset: number;
  readonly length: number;
  readonly reason: string;
}

export interface JournalReport {
  /** Whole records of known types. */
  readonly records: number;
  /** Whole records of types that this version does not know. */
  readonly unknown: number;
  readonly damage: readonly JournalDamage[];
  readonly lastSequence: number;
  /** Where the last whole record ends: a reader can go on from here, a writer cuts what follows. */
  readonly end: number;
}

/** Turns the bytes of a journal, in pieces of any size, into records and a report of the damage. */
export class JournalScanner {
  private readonly pieces: Uint8Array[] = [];
  private held = 0;
  private lineStart: number;
  private line = 0;
  private overlong = false;
  private records = 0;
  private unknown = 0;
  private lastSequence = 0;
  private end: number;
  private readonly damage: JournalDamage[] = [];

  /** `start`: position in the file of the first byte pushed, a line's begin; `line`: lines before it. */
  constructor(start = 0, line = 0) {
    this.lineStart = this.end = start;
    this.line = line;
  }

  push(chunk: Uint8Array): JournalRecord[] {
    const found: JournalRecord[] = [];
    let from = 0;
    for (let to = chunk.indexOf(10); to !== -1; to = chunk.indexOf(10, from)) {
      this.hold(chunk.subarray(from, to));
      this.finishLine(found);
      from = to + 1;
    }
    if (from < chunk.length) this.hold(chunk.slice(from));
    return found;
  }

  /** After the last byte. */
  finish(): JournalReport {
    const length = this.held;
    const damage = [...this.damage];
    if (length > 0) damage.push({ kind: "tail", line: this.line + 1, offset: this.lineStart, length, reason: "the last line is cut" });
    else {
      // Broken lines with nothing whole behind them are the tail too: a power cut may leave zeros or half a block there.
      for (let i = damage.length - 1; i >= 0 && damage[i].offset >= this.end; i--) damage[i] = { ...damage[i], kind: "tail" };
    }
    return { records: this.records, unknown: this.unknown, damage, lastSequence: this.lastSequence, end: this.end };
  }

  private hold(piece: Uint8Array): void {
    this.held += piece.length;
    if (this.held > longestLine) this.overlong = true;
    if (this.overlong) this.pieces.length = 0;
    else this.pieces.push(piece);
  }

  private finishLine(found: JournalRecord[]): void {
    this.line++;
    const offset = this.lineStart;
    const length = this.held;
    const spoiled = (reason: string): void => void this.damage.push({ kind: "line", line: this.line, offset, length: length + 1, reason });
    if (this.overlong) spoiled("the line is too long");
    else {
      const decoded = decodeRecord(this.pieces.length === 1 ? this.pieces[0] : Buffer.concat(this.pieces));
      const sequence = decoded.kind === "record" ? decoded.record.sequence : decoded.kind === "unknown" ? decoded.sequence : 0;
      if (decoded.kind === "damaged") spoiled(decoded.reason);
      else if (sequence <= this.lastSequence) spoiled("the sequence number goes back");
      else {
        this.lastSequence = sequence;
        this.end = offset + length + 1;
        if (decoded.kind === "unknown") this.unknown++;
        else {
          this.records++;
          found.push(decoded.record);
        }
      }
    }
    this.pieces.length = 0;
    this.held = 0;
    this.overlong = false;
    this.lineStart = offset + length + 1;
  }
}
