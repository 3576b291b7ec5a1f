import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Tokenizer } from "../../src/backbone/tokenizer/tokenizer.js";
import { mails, oddString } from "../../test/backbone/tokenizer/texts.js";

const digestBytes = 6;

/**
 * How many of 10,000 texts have the ids that the Python package tokenizers gave.
 * @param file their digests, see scripts/reference/tokenizer.py
 * @param digests digests that the file holds of a text; the first is of its ids
 */
export function equalTokenIds(tokenizer: Tokenizer, file: string, digests = 1): { readonly equal: number; readonly of: number } {
  const expected = readFileSync(file);
  let index = 0;
  let equal = 0;
  for (const text of referenceTexts()) {
    const found = createHash("sha256").update(text, "utf8").update(Uint8Array.of(255)).update(tokenizer.encode(text)).digest().subarray(0, digestBytes);
    if (found.equals(expected.subarray(index * digests * digestBytes).subarray(0, digestBytes))) equal++;
    index++;
  }
  return { equal, of: index };
}

function* referenceTexts(): Generator<string> {
  yield* mails(5000);
  for (let index = 0; index < 5000; index++) yield oddString(index);
}
