import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";

const labels = ["ham", "spam", "news"] as const;
const words = "the movie was a great adventure with people who never seemed to understand what they wanted from one another and yet it all ended well enough for everybody in this long story of love and betrayal across three continents".split(" ");
/** About 390 characters, so that five million rows are about 2 GB. */
const wordsInRow = 78;

/** The label of a row: one third of them each, in no order. */
export const labelOf = (row: number): (typeof labels)[number] => labels[(row * 7919 + (row >>> 3)) % 3];

/** A row's text: none stands there twice, one in ten holds quotes, commas and a line break. */
export function textOf(row: number): string {
  let state = (row * 2654435761) >>> 0;
  const parts: string[] = [`message ${row}`];
  for (let i = 0; i < wordsInRow; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    parts.push(words[(state >>> 16) % words.length]);
  }
  const text = parts.join(" ");
  return row % 10 === 0 ? `he said "${text}",\nand left` : text;
}

/** Writes a CSV of so many rows; returns its size, hash and labels as they were written. */
export async function writeLargeCsv(file: string, rows: number, signal: AbortSignal): Promise<{ bytes: number; sha256: string; counts: Record<string, number> }> {
  const out = createWriteStream(file, { highWaterMark: 1 << 22 });
  const hash = createHash("sha256");
  const counts: Record<string, number> = Object.fromEntries(labels.map((label) => [label, 0]));
  let bytes = 0;
  const write = async (text: string): Promise<void> => {
    const chunk = Buffer.from(text);
    hash.update(chunk);
    bytes += chunk.length;
    if (!out.write(chunk)) await once(out, "drain");
  };
  await write("id,text,label\n");
  for (let row = 0; row < rows; ) {
    signal.throwIfAborted();
    const lines: string[] = [];
    for (const end = Math.min(rows, row + 5000); row < end; row++) {
      const text = textOf(row);
      counts[labelOf(row)]++;
      lines.push(`${row},${row % 10 === 0 ? `"${text.replaceAll('"', '""')}"` : text},${labelOf(row)}\n`);
    }
    await write(lines.join(""));
  }
  out.end();
  await once(out, "finish");
  return { bytes, sha256: hash.digest("hex"), counts };
}
