import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";
import { PromptTuningError } from "../../common/errors.js";
import type { Encoding } from "../reading/reading.js";
import { fileBytes } from "./file-bytes.js";
import type { ReadOptions } from "./row-batch.js";

/** A text file as UTF-8 bytes without a byte order mark, whatever its encoding is. */
export class TextStream {
  private readonly start: number;
  /** Where the text begins in the file: behind a byte order mark. */
  private textStart: number;
  private readonly recoded: { readonly utf8Start: number; readonly unitStart: number; readonly utf8: Buffer }[] = [];

  constructor(
    private readonly file: string,
    private readonly encoding: Encoding,
    private readonly options: ReadOptions,
  ) {
    this.start = options.from?.place.offset ?? 0;
    this.textStart = this.start;
  }

  /** @throws PromptTuningError data: bytes that are not of the encoding, NUL characters. */
  async *chunks(): AsyncGenerator<Buffer> {
    for await (const chunk of this.encoding === "utf-8" ? this.utf8Chunks() : this.recodedChunks()) {
      if (chunk.includes(0)) throw this.notText("It holds NUL characters, as binary files do.");
      yield chunk;
    }
  }

  /** The byte in the file that a byte of the chunks stands for. Bytes are asked for in ascending order. */
  fileOffset(utf8Offset: number): number {
    if (this.encoding === "utf-8") return this.textStart + utf8Offset;
    while (this.recoded.length > 1 && this.recoded[1].utf8Start <= utf8Offset) this.recoded.shift();
    const [piece] = this.recoded;
    if (piece === undefined) return this.textStart;
    const units = piece.unitStart + piece.utf8.toString("utf8", 0, utf8Offset - piece.utf8Start).length;
    return this.textStart + units * bytesPerUnit(this.encoding);
  }

  private async *utf8Chunks(): AsyncGenerator<Buffer> {
    let held: Buffer = Buffer.alloc(0);
    let offset = this.start;
    for await (const raw of fileBytes(this.file, this.start, this.options)) {
      let bytes = held.length > 0 ? Buffer.concat([held, raw]) : raw;
      if (offset === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
        this.textStart = 3;
        offset = 3;
        bytes = bytes.subarray(3);
      }
      const whole = wholeCharacters(bytes);
      held = bytes.subarray(whole);
      const text = bytes.subarray(0, whole);
      if (!isUtf8(text)) throw this.notText(`The bytes at offset ${offset + firstBadByte(text)} are not UTF-8.`);
      offset += whole;
      if (whole > 0) yield text;
    }
    if (held.length > 0 && this.options.firstBytes === undefined) throw this.notText(`The bytes at offset ${offset} are not UTF-8.`);
  }

  private async *recodedChunks(): AsyncGenerator<Buffer> {
    const decoder = new TextDecoder(this.encoding, { fatal: true, ignoreBOM: true });
    let utf8Start = 0;
    let unitStart = 0;
    const recode = (bytes: Buffer | undefined): Buffer => {
      let text: string;
      try {
        text = bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
      } catch (error) {
        throw this.notText(`Not all of its bytes are ${this.encoding}.`, error);
      }
      if (this.start === 0 && unitStart === 0 && text.startsWith("\ufeff")) {
        text = text.slice(1);
        this.textStart = 2;
      }
      const utf8 = Buffer.from(text, "utf8");
      this.recoded.push({ utf8Start, unitStart, utf8 });
      utf8Start += utf8.length;
      unitStart += text.length;
      return utf8;
    };
    for await (const raw of fileBytes(this.file, this.start, this.options)) {
      const utf8 = recode(raw);
      if (utf8.length > 0) yield utf8;
    }
    if (this.options.firstBytes !== undefined) return;
    const rest = recode(undefined);
    if (rest.length > 0) yield rest;
  }

  private notText(reason: string, cause?: unknown): PromptTuningError {
    const { file } = this;
    return new PromptTuningError("data", `${file} is not a ${this.encoding.toUpperCase()} text file.`, { file, reason, advice: "Name its encoding, or save it as UTF-8.", cause });
  }
}

function bytesPerUnit(encoding: Encoding): number {
  return encoding === "windows-1252" ? 1 : 2;
}

/** How many of the bytes are whole UTF-8 characters: all but a character that is cut at the end. */
export function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Offset of the first 64 bytes in which UTF-8 breaks. */
function firstBadByte(bytes: Buffer): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let offset = 0; offset < bytes.length; offset += 64) {
    try {
      decoder.decode(bytes.subarray(offset, offset + 64), { stream: true });
    } catch {
      return offset;
    }
  }
  return bytes.length;
}
