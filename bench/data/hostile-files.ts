import { readFileSync } from "node:fs";
import path from "node:path";
import { RandomSource } from "../../src/common/random.js";

export const hostileKinds = ["csv", "jsonl", "json", "parquet"] as const;
export type HostileKind = (typeof hostileKinds)[number];

/** What is meant to hurt whoever shows, calculates or looks up what stands in a cell. */
const poison = ["=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "__proto__", "constructor", "hasOwnProperty", "\u202egnp.exe", "\u2066a\u2069", "\u001b[2J\u001b[31mred", "\u001b]0;title\u0007", "\u009b31m", "\u2028", "\u200b", "\ufeff", "\ud800", "\u0007", "../../etc/passwd", "<script>alert(1)</script>", "\u0000", "NaN", "1e999", "-0"];
const csvParts = ['"', '""', ",", ";", "\t", "|", "\n", "\r\n", "\r", " ", "a", "text", "label", "ä", "漢", "😀", ...poison];
const jsonParts = ["{", "}", "[", "]", ":", ",", '"', "\\", "\\u", "\\ud800", '"text"', '"label"', '"messages"', '"role"', "null", "true", "1e999", "-", "0.5", "\n", " ", '{"text":"a","label":"b"}', '{"__proto__":{"a":1}}', '{"constructor":{"prototype":{"a":1}}}', ...poison];
const references = ["none", "snappy", "gzip", "zstd", "brotli", "lz4", "kinds"];

/** Bytes of a hostile file: the same for the same kind and number. @param root the repository. */
export function hostileFile(kind: HostileKind, number: number, root: string): Buffer {
  const random = RandomSource.derive(number, `hostile ${kind}`);
  const below = (most: number): number => Math.floor(random.uniform() * most);
  const pick = <Value>(values: readonly Value[]): Value => values[below(values.length)];
  if (kind === "parquet") {
    const bytes = Buffer.from(readFileSync(path.join(root, "test", "data", "reference", `${pick(references)}.parquet`)));
    return damage(bytes, below, 0.4);
  }
  const valid = Array.from({ length: 1 + below(20) }, () => [pick(poison), `${pick(poison)} ${pick(csvParts)} text`]);
  const soup = (parts: readonly string[]): string => Array.from({ length: 1 + below(300) }, () => pick(parts)).join("");
  const written: Record<Exclude<HostileKind, "parquet">, () => string> = {
    csv: () => `text,label\n${valid.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""').replaceAll("\0", "")}"`).join(",")).join("\n")}\n`,
    jsonl: () => valid.map(([text, label]) => JSON.stringify({ text, label, [pick(poison)]: [text] })).join("\n"),
    json: () => JSON.stringify(valid.map(([text, label]) => ({ text, label, [pick(poison)]: { a: text } })), null, below(3)),
  };
  const deep = below(20_000);
  const shapes: (() => string)[] = [
    written[kind],
    written[kind],
    () => soup(kind === "csv" ? csvParts : jsonParts),
    () => (kind === "csv" ? `${Array.from({ length: below(3000) }, (_, i) => pick(["c", pick(poison)]) + i).join(",")}\n${",".repeat(below(3000))}\n` : `[{"a":${"[".repeat(deep)}${"]".repeat(deep)}}]`),
    () => (kind === "csv" ? `text,label\n"${"x".repeat(below(200_000))}` : `{"text":"${"x".repeat(below(200_000))}`),
    () => String.fromCharCode(...Array.from({ length: below(400) }, () => below(0x300))),
  ];
  const text = pick(shapes)();
  const bytes = pick([() => Buffer.from(text), () => Buffer.from(`\ufeff${text}`), () => Buffer.from(`\ufeff${text}`, "utf16le"), () => Buffer.from(`\ufeff${text}`, "utf16le").swap16(), () => Buffer.from(text, "latin1")])();
  return below(3) === 0 ? damage(bytes, below, 0.2) : bytes;
}

/** Flips bits, cuts, doubles or overwrites pieces. */
function damage(bytes: Buffer, below: (most: number) => number, cutting: number): Buffer {
  let damaged = Buffer.from(bytes);
  if (damaged.length === 0) return damaged;
  for (let times = 1 + below(8); times > 0; times--) {
    // Most that matters stands at the end of a Parquet file, and at the beginning of others.
    const at = below(2) === 0 ? below(damaged.length) : below(2) === 0 ? below(Math.min(64, damaged.length)) : Math.max(0, damaged.length - 1 - below(600));
    damaged[at] = below(2) === 0 ? damaged[at] ^ (1 << below(8)) : [0, 0xff, 0x7f, 0x80][below(4)];
  }
  if (below(100) < cutting * 100) {
    const [from, to] = [below(damaged.length), below(damaged.length)].sort((a, b) => a - b);
    damaged = below(2) === 0 ? damaged.subarray(0, from) : Buffer.concat([damaged.subarray(0, to), damaged.subarray(from)]);
  }
  return damaged;
}
