import { InvalidArgumentError } from "commander";

/** Reads an option's whole number. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** Reads one more share of an option that takes several. */
export function shareNumber(text: string, before: readonly number[]): number[] {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value <= 1) return [...before, value];
  throw new InvalidArgumentError("It must be a number from 0 to 1.");
}
