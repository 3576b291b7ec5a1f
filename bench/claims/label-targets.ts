import { existsSync } from "node:fs";
import path from "node:path";
import { readGgufHeader } from "../../src/backbone/gguf/header.js";
import { createTokenizerFromGguf } from "../../src/backbone/tokenizer/from-gguf.js";
import type { Tokenizer } from "../../src/backbone/tokenizer/tokenizer.js";
import { readTable } from "../../src/data/read-table.js";
import { encodeText } from "../../src/tasks/encode-text.js";
import { spanList } from "../../src/tasks/labelling/span-list.js";
import { spansOf } from "../../src/tasks/labelling/spans.js";
import { tagList } from "../../src/tasks/labelling/tag-list.js";
import { readTags, readWords } from "../../src/tasks/labelling/words-and-tags.js";
import { spanMeasures } from "../../src/tasks/metrics/span-measures.js";
import { fetchRealModel } from "../parity/real-backbone.js";
import type { Claim } from "./claim.js";

const sets = [
  { name: "wnut17 train", file: "wnut17/train.jsonl", words: "tokens", tags: "tags" },
  { name: "wnut17 test", file: "wnut17/test.jsonl", words: "tokens", tags: "tags" },
  { name: "xsid en test", file: "xsid/en/test.jsonl", words: "tokens", tags: "slots" },
  { name: "xsid de test", file: "xsid/de/test.jsonl", words: "tokens", tags: "slots" },
  { name: "xsid ja test", file: "xsid/ja/test.jsonl", words: "tokens", tags: "slots" },
] as const;
const leastF1 = 0.97;

export const claim: Claim = {
  name: "label-targets",
  summary: "Sequence labelling: the list of spans takes fewer tokens than a tag a word on every data set here, and reading the right list back gives at least 97 % span F1.",
  async run({ sharedData, print, signal }) {
    if (!sharedData || !sets.every(({ file }) => existsSync(path.join(sharedData, file)))) return { skipped: "the data (../shared/data/wnut17 and xsid) is not here." };
    const tokenizer = createTokenizerFromGguf((await readGgufHeader((await fetchRealModel({ signal })).modelFile)).metadata);
    print("Mean tokens of the answer a row (SmolLM2's tokenizer); F1 of reading the right list of spans back.");
    const held: boolean[] = [];
    for (const { name, file, words, tags } of sets) {
      const { rows } = await readTable(path.join(sharedData, file));
      const figures = measure(tokenizer, rows.map(({ cells }) => ({ words: cells[words], tags: cells[tags] })));
      print(`${name.padEnd(13)} ${String(rows.length).padStart(4)} rows: spans ${figures.spans.toFixed(1)}, tags ${figures.tags.toFixed(1)}, word/tag pairs ${figures.pairs.toFixed(1)}; longest ${figures.longestSpans}, ${figures.longestTags}; read back ${(100 * figures.f1).toFixed(2)} % F1, ${figures.unclear} rows have another reading`);
      held.push(figures.spans < figures.tags && figures.f1 >= leastF1);
    }
    return held.every(Boolean);
  },
};

function measure(tokenizer: Tokenizer, rows: readonly { words: string; tags: string }[]) {
  const read = rows.map(({ words: cell, tags }) => {
    const words = readWords(cell);
    const found = readTags(tags, words.length);
    if ("problem" in found) throw new Error(found.problem);
    return { words, tags: found.tags };
  });
  const types = new Map(read.flatMap(({ tags }) => spansOf(tags).map(({ type }) => [type, type])));
  const [spans, list] = [spanList(types), tagList(types)];
  const tokens = (text: string): number => encodeText(tokenizer, ` ${text}`, false).length;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const spanTokens = read.map(({ words, tags }) => tokens(spans.write(words, tags)));
  const tagTokens = read.map(({ words, tags }) => tokens(list.write(words, tags)));
  const answers = read.map(({ words, tags }) => ({ expected: tags, predicted: spans.read(spans.write(words, tags), words).tags }));
  return {
    spans: mean(spanTokens),
    tags: mean(tagTokens),
    pairs: mean(read.map(({ words, tags }) => tokens(words.map((word, at) => (tags[at] === "O" ? word : `${word}/${tags[at]}`)).join(" ")))),
    longestSpans: Math.max(...spanTokens),
    longestTags: Math.max(...tagTokens),
    f1: spanMeasures(answers).spanF1,
    unclear: answers.filter(({ expected, predicted }) => spanMeasures([{ expected, predicted }]).exactMatch === 0).length,
  };
}
