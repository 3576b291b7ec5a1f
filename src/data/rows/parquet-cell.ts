import { isUtf8 } from "node:buffer";
import type { Cell } from "./row-batch.js";

/** A value of a Parquet file as a cell. @param labels names of labels that are kept as numbers. */
export function parquetCell(value: unknown, labels: readonly string[] | undefined): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  if (labels && (typeof value === "bigint" || typeof value === "number")) return labels[Number(value)] ?? String(value);
  if (typeof value === "bigint" || typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof Date) return dateText(value);
  if (value instanceof Uint8Array) return bytesText(value);
  return JSON.stringify(value, jsonValue);
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value instanceof Uint8Array ? bytesText(value) : value;
}

/** A day, or a moment in UTC; a date that no calendar has is said to be one. */
function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return "Invalid Date";
  const text = date.toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text;
}

/** Old writers do not say that bytes are text. Pictures and sounds are none; that they are there is said. */
function bytesText(bytes: Uint8Array): string {
  return isUtf8(bytes) && !bytes.includes(0) ? Buffer.from(bytes).toString("utf8") : `(${bytes.length} bytes)`;
}
