import type { RandomSource } from "../../../src/common/random.js";
import { type HostileFile, type HostileFiles, pick, sometimesOdd } from "./edits.js";
import { spoilJson } from "./json.js";

const values = ['"BPE"', '"WordPiece"', '"Unigram"', '"Sequence"', '"ByteLevel"', '"Split"', '"Metaspace"', '"TemplateProcessing"', "1048575", '"\u0120"', '{"type":"Split","pattern":{"Regex":"(a+)+$"},"behavior":"Isolated","invert":false}', '{"type":"Replace","pattern":{"String":""},"content":"xxxx"}', '{"type":"Prepend","prepend":"xxxx"}', '{"type":"Sequence","pretokenizers":[{"type":"Sequence","pretokenizers":[]}]}', '["a","b","c"]', '"a b c"', '{"<s>":0}', '{"id":1,"content":"","special":true}'];

/** tokenizer.json and tokenizer_config.json, one or both of them spoiled. */
export function hostileTokenizer(random: RandomSource, originals: readonly ReadonlyMap<string, Buffer>[]): HostileFiles {
  const original = pick(random, originals);
  const files = new Map<string, HostileFile>();
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) {
    const bytes = original.get(name)!;
    const spoiled = name === "tokenizer.json" ? random.integer(5) > 0 : random.integer(3) === 0;
    files.set(name, spoiled ? sometimesOdd(random, spoilJson(random, bytes.toString(), values)) : { bytes });
  }
  return files;
}
