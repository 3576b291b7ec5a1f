import { getLocation } from "jsonc-parser";
import { firstTooDeep, JsonDocument } from "../json-document.js";

/** Where the cursor stands in an experiment's text. */
export interface CursorPlace {
  /** Keys and indices to the value, or to the key that is being written (the last one is that key so far). */
  readonly path: readonly (string | number)[];
  readonly atKey: boolean;
  /** What is being written: the string or word at the cursor, quotes included; empty where nothing is. */
  readonly offset: number;
  readonly length: number;
  /** Whether it is a string in quotes. */
  readonly quoted: boolean;
  /** The file's value as far as it can be understood; text that is being written is often no JSON. */
  readonly root: unknown;
}

/** Undefined where nothing can be said: a text nested too deeply. */
export function cursorPlace(text: string, cursor: number): CursorPlace | undefined {
  if (firstTooDeep(text) >= 0) return undefined;
  const { path, isAtPropertyKey, previousNode } = getLocation(text, cursor);
  // The place of a key's value begins behind the colon; a node before the cursor is what is being written only if it touches it.
  const node = previousNode && previousNode.offset <= cursor && cursor <= previousNode.offset + previousNode.length ? previousNode : undefined;
  return { path, atKey: isAtPropertyKey, offset: node?.offset ?? cursor, length: node?.length ?? 0, quoted: node !== undefined && text[node.offset] === '"', root: new JsonDocument(text).value() };
}

/** The value at a path, if the text got that far. */
export function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/** The keys of the object at a path. */
export function keysAt(root: unknown, path: readonly (string | number)[]): string[] {
  const value = valueAt(root, path);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}
