import { maximumMerges, maximumVocabulary, tokenizerError } from "./definition.js";

const maximumText = 64 * 1024 * 1024; // the largest known tokenizer.json has 34 million characters
const maximumDepth = 32;
const maximumContainers = maximumMerges + 100_000;
const maximumValues = 2 * (maximumMerges + maximumVocabulary);

/**
 * Bounds what `JSON.parse` may build out of a text: a few bytes such as "[]," cost fifteen times their size in
 * memory. One pass over the characters, nothing allocated. Throws a PromptTuningError of kind "model".
 */
export function checkJsonLimits(text: string, what: string): void {
  if (text.length > maximumText) throw tokenizerError(`${what} has ${text.length} characters; at most ${maximumText} are accepted.`);
  let depth = 0;
  let containers = 0;
  let values = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at++; // backslash
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) {
      inString = true;
    } else if (code === 0x2c) {
      values++;
    } else if (code === 0x5b || code === 0x7b) {
      containers++;
      if (++depth > maximumDepth) throw tokenizerError(`${what} is nested more than ${maximumDepth} deep.`);
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    }
  }
  if (containers > maximumContainers || values > maximumValues) throw tokenizerError(`${what} holds more values than any tokenizer needs.`);
}
