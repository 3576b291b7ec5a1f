import { PromptTuningError } from "../../src/common/errors.js";
import type { FetchProgress } from "../../src/protocol/backend/playground.js";

/** Something that takes a while: not asked for, under way, there, or failed. */
export interface Loading<Value> {
  readonly status: "idle" | "loading" | "done" | "failed";
  /** The last value there was; it stays while a new one is on its way. */
  readonly value?: Value;
  readonly progress?: Work;
  readonly problem?: Problem;
}

export interface Work {
  readonly fetching?: FetchProgress;
  readonly done: number;
  readonly total?: number;
}

export interface Problem {
  readonly message: string;
  readonly reason?: string;
  readonly advice?: string;
}

export const idle: Loading<never> = { status: "idle" };

export function problemOf(error: unknown): Problem {
  if (error instanceof PromptTuningError) return { message: error.message, reason: error.reason, advice: error.advice };
  return { message: error instanceof Error ? error.message : String(error) };
}
