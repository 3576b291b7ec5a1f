import { isUtf8 } from "node:buffer";
import { readSync } from "node:fs";
import { PromptTuningError } from "../../common/errors.js";

const windowBytes = 256 * 1024;

/** A GGUF file that breaks its format. One place, so that every such message has the same reason and advice. */
export function brokenGguf(file: string, reason: string): PromptTuningError {
  return new PromptTuningError("model", `The GGUF file ${file} cannot be read.`, {
    reason,
    advice: "The file is damaged or incomplete: download it again, or use another file.",
    file,
  });
}

/**
 * Reads little-endian values one after the other through a window of 256 KB, and never past the end of the file:
 * every length is compared with the bytes that are left before anything is allocated for it. Reading is
 * synchronous because a header holds a hundred thousand short strings.
 */
export class HeaderCursor {
  private readonly window = Buffer.allocUnsafe(windowBytes);
  private windowStart = 0;
  private windowLength = 0;
  position = 0;

  constructor(
    private readonly descriptor: number,
    readonly size: number,
    readonly file: string,
  ) {}

  /** Bytes between the cursor and the end of the file. */
  get remaining(): number {
    return this.size - this.position;
  }

  /** Moves past `count` bytes and returns where they begin in the window. `count` is small (at most 256 KB). */
  private take(count: number, what: string): number {
    if (count > this.remaining) throw this.truncated(what);
    if (this.position + count > this.windowStart + this.windowLength) {
      this.windowStart = this.position;
      this.windowLength = Math.min(windowBytes, this.remaining);
      this.fill(this.window.subarray(0, this.windowLength));
    }
    const at = this.position - this.windowStart;
    this.position += count;
    return at;
  }

  /** Fills `target` from the cursor's place without moving it. */
  private fill(target: Uint8Array): void {
    let done = 0;
    while (done < target.length) {
      const read = readSync(this.descriptor, target, done, target.length - done, this.position + done);
      if (read === 0) throw this.truncated("the header");
      done += read;
    }
  }

  private truncated(what: string): PromptTuningError {
    return brokenGguf(this.file, `It ends at byte ${this.size}, in the middle of ${what}.`);
  }

  uint8(what: string): number {
    return this.window.readUInt8(this.take(1, what));
  }
  int8(what: string): number {
    return this.window.readInt8(this.take(1, what));
  }
  uint16(what: string): number {
    return this.window.readUInt16LE(this.take(2, what));
  }
  int16(what: string): number {
    return this.window.readInt16LE(this.take(2, what));
  }
  uint32(what: string): number {
    return this.window.readUInt32LE(this.take(4, what));
  }
  int32(what: string): number {
    return this.window.readInt32LE(this.take(4, what));
  }
  float32(what: string): number {
    return this.window.readFloatLE(this.take(4, what));
  }
  float64(what: string): number {
    return this.window.readDoubleLE(this.take(8, what));
  }
  uint64(what: string): bigint {
    return this.window.readBigUInt64LE(this.take(8, what));
  }
  int64(what: string): bigint {
    return this.window.readBigInt64LE(this.take(8, what));
  }

  /**
   * A 64-bit count of things that take at least `bytesEach` bytes each. Refused when there are more than `limit`,
   * or more than the rest of the file can hold.
   */
  count(what: string, limit: number, bytesEach: number): number {
    const value = this.uint64(what);
    if (value > BigInt(limit)) {
      throw brokenGguf(this.file, `It announces ${value} as ${what}; at most ${limit} are accepted.`);
    }
    const count = Number(value);
    if (count * bytesEach > this.remaining) {
      throw brokenGguf(this.file, `It announces ${count} as ${what}, more than the file has room for.`);
    }
    return count;
  }

  /** A string: 64-bit length, then UTF-8. Bytes that are not UTF-8 are an error, not replaced. */
  string(what: string, limit: number): string {
    const length = this.count(`the length of ${what}`, limit, 1);
    let bytes: Buffer;
    if (length <= windowBytes) {
      const at = this.take(length, what);
      bytes = this.window.subarray(at, at + length);
    } else {
      bytes = Buffer.from(this.bytes(length).buffer);
    }
    if (!isUtf8(bytes)) throw brokenGguf(this.file, `The bytes of ${what} are not UTF-8.`);
    return bytes.toString("utf8");
  }

  /** `length` bytes in an array of their own; the caller has compared `length` with `remaining`. */
  bytes(length: number): Uint8Array {
    const result = new Uint8Array(length);
    this.fill(result);
    this.position += length;
    return result;
  }
}
