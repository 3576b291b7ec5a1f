import { createReadStream } from "node:fs";

export interface LinesReport {
  /** Lines that were skipped because they are longer than a line may be. */
  readonly overlong: number;
}

/**
 * The lines of a file, without their newlines, in memory of one piece and one line: a line longer than `longest` bytes
 * is skipped and counted, however long it is. Empty lines are left out; the last line needs no newline.
 * @throws the system's error when the file cannot be read.
 */
export async function* boundedLines(file: string, longest: number): AsyncGenerator<Buffer, LinesReport> {
  let held: Buffer[] = [];
  let length = 0;
  let overlong = 0;
  const hold = (piece: Buffer): void => {
    length += piece.length;
    if (length <= longest) held.push(piece);
    else held = [];
  };
  /** The line that ends here, where there is one to give. */
  const take = (): Buffer | undefined => {
    const line = length > 0 && length <= longest ? Buffer.concat(held) : undefined;
    if (length > longest) overlong++;
    held = [];
    length = 0;
    return line;
  };
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let to = chunk.indexOf(10); to !== -1; to = chunk.indexOf(10, from)) {
      hold(chunk.subarray(from, to));
      const line = take();
      if (line) yield line;
      from = to + 1;
    }
    hold(chunk.subarray(from));
  }
  const last = take();
  if (last) yield last;
  return { overlong };
}
