import { readFileSync } from "node:fs";
import path from "node:path";
import type { Tokenizer } from "../../src/backbone/tokenizer/tokenizer.js";
import { RandomSource } from "../../src/common/random.js";
import { type BenchmarkTexts, standardShape } from "./batch.js";

export type RealSet = "sst2" | "sms_spam" | "boolq";

const batchSize = 16;
const batches = 3;

/** Batches of a real set's texts as they come, in a template like the samples'. */
export function realTexts(tokenizer: Tokenizer, sharedData: string, set: RealSet): BenchmarkTexts {
  const rows = set === "boolq" ? jsonLines(path.join(sharedData, set, "val.jsonl")).map(({ passage, question, answer }) => [`${String(passage)}\nQuestion: ${String(question)}?\nAnswer:`, answer === true || answer === "true" || answer === 1 ? " yes" : " no"]) : tabbed(path.join(sharedData, set, "train.tsv")).map(({ label, text }) => [`${text}\nAnswer:`, /^(1|spam)$/.test(label) ? " yes" : " no"]);
  const random = RandomSource.fromSeed(7);
  const chosen = Array.from({ length: batches * batchSize }, () => rows[random.integer(rows.length)]);
  const encoded = chosen.map(([text, answer]) => [...tokenizer.encode(text), tokenizer.encode(answer)[0]]);
  const words = [" no", " yes"].map((word) => tokenizer.encode(word)[0]);
  return { words, promptIds: Array.from({ length: standardShape.virtualTokens }, () => 100 + random.integer(40_000)), batches: Array.from({ length: batches }, (_, i) => encoded.slice(i * batchSize, (i + 1) * batchSize)) };
}

function jsonLines(file: string): Record<string, unknown>[] {
  return readFileSync(file, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>);
}

function tabbed(file: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(file, "utf8").split("\n").filter(Boolean);
  const names = header.split("\t");
  return lines.map((line) => Object.fromEntries(line.split("\t").map((value, i) => [names[i], value])));
}
