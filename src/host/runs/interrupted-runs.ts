import type { RunEntry } from "../../runs/run-entry.js";

const most = 500;

/** A run that was resumed and interrupted again has another step, and is told again. */
const mark = ({ path, step }: RunEntry): string => `${step} ${path}`;

/** The interrupted runs a person has not been told of. `told`: as remembered, whatever it holds. */
export function untold(told: unknown, interrupted: readonly RunEntry[]): RunEntry[] {
  const known = new Set(marksOf(told));
  return interrupted.filter((entry) => !known.has(mark(entry)));
}

export const withTold = (told: unknown, found: readonly RunEntry[]): string[] => [...marksOf(told), ...found.map(mark)].slice(-most);

const marksOf = (told: unknown): string[] => (Array.isArray(told) ? told.filter((item) => typeof item === "string") : []);
