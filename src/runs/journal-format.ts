import { crc32 } from "node:zlib";
import { z } from "zod";
import { type RunEvent, runEventSchema } from "./events.js";

/**
 * One line of journal.jsonl: {"sequence":1,"time":"…","event":{…},"crc":"0a1b2c3d"}. The checksum is CRC-32 over the
 * bytes of the line without its `,"crc":"…"` part, that is, over the JSON of { sequence, time, event }.
 */
export interface JournalRecord {
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly event: RunEvent;
}

/** Longest line a reader accepts, in bytes: a confusion matrix of hundreds of labels fits; a flood does not. */
export const longestLine = 8 * 1024 * 1024;

const envelope = z.strictObject({ sequence: z.int().min(1), time: z.string(), event: z.unknown() });
const tailPattern = /^,"crc":"([0-9a-f]{8})"\}$/;
const tailLength = ',"crc":"00000000"}'.length;

export function encodeRecord(record: JournalRecord): Uint8Array {
  const body = Buffer.from(JSON.stringify({ sequence: record.sequence, time: record.time, event: record.event }));
  const checksum = crc32(body).toString(16).padStart(8, "0");
  return Buffer.concat([body.subarray(0, -1), Buffer.from(`,"crc":"${checksum}"}\n`)]);
}

export type DecodedLine =
  | { readonly kind: "record"; readonly record: JournalRecord }
  /** Whole, but of a type this version does not know. */
  | { readonly kind: "unknown"; readonly sequence: number }
  | { readonly kind: "damaged"; readonly reason: string };

const damaged = (reason: string): DecodedLine => ({ kind: "damaged", reason });

/** Decodes one line (without its newline). Never throws. */
export function decodeRecord(line: Uint8Array): DecodedLine {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  const tail = tailPattern.exec(bytes.subarray(Math.max(0, bytes.length - tailLength)).toString("latin1"));
  if (!tail) return damaged("the line has no checksum");
  const body = Buffer.concat([bytes.subarray(0, bytes.length - tailLength), Buffer.from("}")]);
  if (crc32(body) !== Number.parseInt(tail[1], 16)) return damaged("the checksum does not match");
  let content: unknown;
  try {
    content = JSON.parse(body.toString("utf8"));
  } catch {
    return damaged("the line is not JSON");
  }
  const record = envelope.safeParse(content);
  if (!record.success) return damaged("the line is not a record");
  const event = runEventSchema.safeParse(record.data.event);
  if (!event.success) return { kind: "unknown", sequence: record.data.sequence };
  return { kind: "record", record: { sequence: record.data.sequence, time: record.data.time, event: event.data } };
}
