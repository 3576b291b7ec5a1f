import type { RandomSource } from "../../../src/common/random.js";
import { pick } from "./edits.js";

/** Written as they stand, where a value was: what no JSON writer would write, among them. */
const rawValues = ["null", "true", "0", "-1", "1.5", "-0", "1e308", "1e999", "-1e999", "2147483648", "4294967296", "9007199254740993", "99999999999999999999999999", '""', '"__proto__"', '"../x"', '"\\u0000"', '"\\ud800"', '"\\u202e"', '"\\u001b[2J"', "[]", "{}", '{"__proto__":{"a":1}}', '{"constructor":{"prototype":{"a":1}}}', `${"[".repeat(40)}${"]".repeat(40)}`, `${"[".repeat(30_000)}${"]".repeat(30_000)}`, `${'{"a":'.repeat(500)}1${"}".repeat(500)}`, `[${"0,".repeat(20_000)}0]`, "NaN", "", `"${"x".repeat(70_000)}"`];
const names = ["__proto__", "constructor", "toString", "type", "a", "\ud800", "\u202e"];
const scraps = ["", "{", "}", "[", "]", ",", ":", '"', "\\", "\u0000", "1e999", "null", "\ufeff"];

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
const mark = "@@raw";

/** The text of a JSON value with wrong types, missing, doubled and added keys, deep nesting, or damage to the text itself. @param values more that may stand at any place, as JSON */
export function spoilJson(random: RandomSource, original: string, values: readonly string[] = []): Buffer {
  if (random.integer(4) === 0) return Buffer.from(spoilText(random, original));
  const root = JSON.parse(original) as Json;
  const raw: string[] = [];
  for (let times = 1 + random.integer(3); times > 0; times--) change(random, root, raw, [...rawValues, ...values, ...values]);
  let text = JSON.stringify(root);
  raw.forEach((value, index) => (text = text.replace(JSON.stringify(`${mark}${index}`), () => value)));
  if (random.integer(12) === 0) text = doubleKey(random, text);
  return Buffer.from(random.integer(10) === 0 ? spoilText(random, text) : text);
}

function change(random: RandomSource, root: Json, raw: string[], values: readonly string[]): void {
  const containers: (Json[] | { [key: string]: Json })[] = [];
  // Upper levels matter more than the hundredth entry of a vocabulary.
  const collect = (value: Json): void => {
    if (typeof value !== "object" || value === null) return;
    containers.push(value);
    for (const inner of Object.values(value).slice(0, 60)) collect(inner);
  };
  collect(root);
  if (containers.length === 0) return;
  const container = containers[random.integer(random.integer(2) === 0 ? Math.min(8, containers.length) : containers.length)] as { [key: string]: Json };
  const keys = Object.keys(container);
  const placeholder = (value: string): string => `${mark}${raw.push(value) - 1}`;
  const set = (key: string, value: Json): void => void Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
  const key = keys.length > 0 ? pick(random, keys) : "a";
  switch (random.integer(5)) {
    case 0:
      if (Array.isArray(container)) container.splice(Number(key) || 0, 1);
      else delete container[key];
      break;
    case 1:
      if (Array.isArray(container)) container.push(placeholder(pick(random, values)));
      else set(pick(random, names), placeholder(pick(random, values)));
      break;
    case 2: // The value of another place.
      if (keys.length > 0) set(key, structuredClone(container[pick(random, keys)]));
      break;
    default:
      if (keys.length > 0) set(key, placeholder(pick(random, values)));
  }
}

/** A key a second time, with another value: parsers keep the last in silence. */
function doubleKey(random: RandomSource, text: string): string {
  const keys = [...text.slice(0, 20_000).matchAll(/([{,])("(?:[^"\\]|\\.)*"):/g)];
  if (keys.length === 0) return text;
  const found = pick(random, keys);
  return `${text.slice(0, found.index + 1)}${found[2]}:${pick(random, rawValues) || "0"},${text.slice(found.index + 1)}`;
}

function spoilText(random: RandomSource, text: string): string {
  let spoiled = text;
  for (let times = 1 + random.integer(3); times > 0; times--) {
    const at = random.integer(spoiled.length + 1);
    spoiled = random.integer(4) === 0 ? spoiled.slice(0, at) : `${spoiled.slice(0, at)}${pick(random, scraps)}${spoiled.slice(at + random.integer(20))}`;
  }
  return spoiled;
}
