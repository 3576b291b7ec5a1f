import { isUtf8 } from "node:buffer";
import { PromptTuningError } from "../../common/errors.js";
import { wholeCharacters } from "../rows/text-stream.js";
import type { Encoding } from "./reading.js";

export interface FoundEncoding {
  readonly encoding: Encoding;
  readonly byteOrderMark: boolean;
}

/** Share of the bytes at even or odd places that are zero in UTF-16 text of which a part is ASCII. */
const zeroShare = 0.3;

/**
 * The encoding of a text: a byte order mark decides, else UTF-8 where the bytes are that, else UTF-16 where every second
 * byte is often zero, else Windows-1252.
 * @param whole whether these are all of its bytes, or its beginning.
 * @throws PromptTuningError data: this is no text.
 */
export function findEncoding(file: string, bytes: Buffer, whole: boolean): FoundEncoding {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: "utf-8", byteOrderMark: true };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: "utf-16le", byteOrderMark: true };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: "utf-16be", byteOrderMark: true };
  const withoutMark = (encoding: Encoding): FoundEncoding => ({ encoding, byteOrderMark: false });
  const zeros = [0, 0];
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) zeros[at % 2]++;
  const pairs = Math.floor(bytes.length / 2);
  if (zeros[0] + zeros[1] > 0) {
    // A few letters have a zero in their other byte.
    if (zeros[1] > pairs * zeroShare && zeros[0] * 20 < zeros[1]) return withoutMark("utf-16le");
    if (zeros[0] > pairs * zeroShare && zeros[1] * 20 < zeros[0]) return withoutMark("utf-16be");
    throw notText(file, "It holds NUL characters, as binary files do.");
  }
  if (isUtf8(whole ? bytes : bytes.subarray(0, wholeCharacters(bytes)))) return withoutMark("utf-8");
  // Windows-1252 has no letters for control characters; a binary file is full of them.
  let controls = 0;
  for (const byte of bytes) if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c) controls++;
  if (controls > bytes.length / 100) throw notText(file, "It holds control characters, as binary files do.");
  return withoutMark("windows-1252");
}

function notText(file: string, reason: string): PromptTuningError {
  return new PromptTuningError("data", `${file} is not a text file.`, { file, reason, advice: "Save it as UTF-8 text, or name another file." });
}
