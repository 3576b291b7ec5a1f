import type { FileHandle } from "node:fs/promises";
import type { RunEvent } from "./events.js";
import { decodeRecord, type JournalRecord, longestLine } from "./journal-format.js";

const firstWindow = 32 * 1024;
const growth = 4;
const newline = 10;

type EventType = RunEvent["type"];
/** Nothing of a type begins at or behind `searched` and before the limit, except at `found`. */
interface Cursor {
  readonly marker: Buffer;
  found?: number;
  searched: number;
}

/** The journal is not what a backward look can judge: it has to be read from its beginning. */
export class NotReadableBackwards extends Error {}

/**
 * A journal read from its end, in windows that grow, only the lines of the types that are asked for: how a list of
 * thousands of runs learns the last state of each. A line is found by its event's type, which stands in no JSON string
 * in this form (its quotes would be escaped), so that the many lines of other types cost a search and no decoding.
 */
export class BackwardJournal {
  private bytes: Buffer = Buffer.alloc(0);
  /** Position in the file of the first of `bytes`; they reach to the end. */
  private start: number;
  /** Lines that begin here or later have been handed out. */
  private limit: number;
  private lowestSequence = Infinity;
  private readonly cursors = new Map<EventType, Cursor>();

  constructor(
    private readonly file: Pick<FileHandle, "read">,
    private readonly size: number,
  ) {
    this.start = this.limit = size;
  }

  /**
   * The nearest whole record of one of the types before the last one handed out; nothing at the journal's beginning.
   * A cut last line is passed over.
   * @throws NotReadableBackwards where a line is broken or out of order; errors of the file system as they are.
   */
  async previous(types: readonly EventType[]): Promise<JournalRecord | undefined> {
    for (;;) {
      const at = Math.max(-1, ...types.map((type) => this.nearest(type)));
      if (at === -1) {
        if (this.start === 0) return undefined;
        await this.grow();
        continue;
      }
      const lineStart = this.bytes.lastIndexOf(newline, at - this.start) + 1;
      if (lineStart === 0 && this.start > 0) {
        await this.grow();
        continue;
      }
      const lineEnd = this.bytes.indexOf(newline, at - this.start);
      this.limit = this.start + lineStart;
      if (lineEnd === -1) continue;
      const record = this.decode(this.bytes.subarray(lineStart, lineEnd));
      if (record) return record;
    }
  }

  private decode(line: Buffer): JournalRecord | undefined {
    if (line.length > longestLine) throw new NotReadableBackwards("a line is too long");
    const decoded = decodeRecord(line);
    if (decoded.kind === "damaged") throw new NotReadableBackwards(decoded.reason);
    const sequence = decoded.kind === "record" ? decoded.record.sequence : decoded.sequence;
    if (sequence >= this.lowestSequence) throw new NotReadableBackwards("the sequence number goes back");
    this.lowestSequence = sequence;
    return decoded.kind === "record" ? decoded.record : undefined;
  }

  /** Position in the file of the nearest marker of the type before the limit, as far as the window reaches; or -1. */
  private nearest(type: EventType): number {
    let cursor = this.cursors.get(type);
    if (!cursor) this.cursors.set(type, (cursor = { marker: Buffer.from(`"event":{"type":"${type}"`), searched: this.limit }));
    if (cursor.found !== undefined && cursor.found < this.limit) return cursor.found;
    const from = Math.min(this.limit, cursor.searched) - this.start - 1;
    const found = from < 0 ? -1 : this.bytes.lastIndexOf(cursor.marker, from);
    cursor.found = found === -1 ? undefined : this.start + found;
    cursor.searched = cursor.found ?? this.start;
    return cursor.found ?? -1;
  }

  private async grow(): Promise<void> {
    const start = Math.max(0, this.size - Math.max(firstWindow, (this.size - this.start) * growth));
    const length = this.start - start;
    const bytes = Buffer.allocUnsafe(length + this.bytes.length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await this.file.read(bytes, done, length - done, start + done);
      if (bytesRead === 0) throw new NotReadableBackwards("the file became shorter");
      done += bytesRead;
    }
    this.bytes.copy(bytes, length);
    this.bytes = bytes;
    this.start = start;
  }
}
