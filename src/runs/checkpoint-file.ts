import { createHash } from "node:crypto";
import { encodeSafetensors, parseSafetensors, toFloatTensor } from "../adapter/safetensors.js";
import { PromptTuningError } from "../common/errors.js";
import { parseExactly, stringifyExactly } from "./exact-json.js";

/** Everything a run needs to go on: tensors (trainables, optimiser moments, ...) and JSON (random states, cursors, ...). */
export interface Checkpoint {
  /** Optimiser steps done. */
  readonly step: number;
  /** Values by name, row-major; every bit survives. */
  readonly tensors: Readonly<Record<string, Float32Array>>;
  /** Any JSON value; NaN, infinities and −0 survive. */
  readonly json: unknown;
}

/** Shapes by tensor name, for people who open the file in Python; a tensor without one has one dimension. */
export type TensorShapes = Readonly<Record<string, readonly number[]>>;

const noChecksum = "0".repeat(64);
const prefix = '{"__metadata__":{"sha256":"';
const checksumOffset = 8 + prefix.length;

/**
 * A checkpoint as bytes: a safetensors file whose metadata holds the step, the JSON and a SHA-256 over the whole file
 * with the checksum's own 64 digits written as zeros. Python opens it as any safetensors file.
 */
export function encodeCheckpoint(checkpoint: Checkpoint, shapes: TensorShapes = {}): Uint8Array {
  const tensors = Object.fromEntries(
    Object.entries(checkpoint.tensors).map(([name, values]) => [name, { shape: Object.hasOwn(shapes, name) ? shapes[name] : [values.length], values }]),
  );
  const bytes = encodeSafetensors(tensors, {
    sha256: noChecksum,
    format: "pt",
    checkpoint: "1",
    step: String(checkpoint.step),
    state: stringifyExactly(checkpoint.json) ?? "null",
  });
  bytes.set(new TextEncoder().encode(checksum(bytes)), checksumOffset);
  return bytes;
}

/** @throws PromptTuningError kind "integrity" for any file that is not whole, bit for bit. */
export function decodeCheckpoint(bytes: Uint8Array, name: string): Checkpoint {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new PromptTuningError("integrity", `The checkpoint "${name}" is damaged.`, { reason, advice: "An older checkpoint of the run may still be good.", file: name, cause });
  };
  const dataStart = checksumOffset + noChecksum.length;
  if (bytes.length < dataStart) return refuse("It was cut.");
  const ascii = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (ascii(8, checksumOffset) !== prefix) return refuse("It does not begin as a checkpoint does.");
  const stored = ascii(checksumOffset, dataStart);
  if (stored !== checksum(bytes)) return refuse("Its checksum does not match its content.");
  try {
    const file = parseSafetensors(bytes, name);
    if (file.metadata.get("checkpoint") !== "1") return refuse("It was written in a form that this version does not know.");
    const step = Number(file.metadata.get("step"));
    if (!Number.isSafeInteger(step) || step < 0) return refuse("Its step is not a number.");
    const tensors = Object.fromEntries([...file.tensors].map(([key, tensor]) => [key, toFloatTensor(tensor, key, name).values]));
    return { step, tensors, json: parseExactly(file.metadata.get("state") ?? "") };
  } catch (error) {
    return refuse("Its content cannot be read.", error);
  }
}

/** SHA-256, hex, over the bytes with zeros where the checksum stands. */
function checksum(bytes: Uint8Array): string {
  return createHash("sha256")
    .update(bytes.subarray(0, checksumOffset))
    .update(noChecksum)
    .update(bytes.subarray(checksumOffset + noChecksum.length))
    .digest("hex");
}
