import type { Dimension } from "./tensor-type.js";

type Shape = readonly Dimension[];

/** An Einsum's equation: a letter for every dimension of every operand and of the result. */
export interface EinsumEquation {
  readonly operands: readonly string[];
  readonly result: string;
}

const alphabet = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];
const ellipsis = "...";

/**
 * Reads the equation, with letters of their own in the place of "..." and of a result that is left out (the
 * letters found once, sorted, after the ellipsis). onnxruntime wants "..." to stand for as many dimensions in every operand.
 *
 * @returns undefined where it cannot be read, or holds an ellipsis and not all ranks are known.
 */
export function readEinsum(equation: string, shapes: readonly (Shape | undefined)[]): EinsumEquation | undefined {
  const [left, right, ...more] = equation.replaceAll(" ", "").split("->");
  const terms = left.split(",");
  const known = [...terms, right ?? ""].every((term) => /^[A-Za-z]*(\.{3})?[A-Za-z]*$/.test(term));
  if (!known || more.length > 0 || terms.length !== shapes.length) return undefined;

  const ranks = terms.flatMap((term, i) => (term.includes(ellipsis) ? [(shapes[i]?.length ?? NaN) - (term.length - ellipsis.length)] : []));
  const hidden = ranks[0] ?? 0;
  const free = alphabet.filter((letter) => !equation.includes(letter)).slice(0, hidden);
  if (!(hidden >= 0) || ranks.some((rank) => rank !== hidden) || free.length !== hidden) return undefined;

  const letters = left.replaceAll(/[,.]/g, "");
  const once = alphabet.filter((letter) => letters.split(letter).length === 2);
  const written = right ?? (ranks.length > 0 ? ellipsis : "") + once.join("");
  if (ranks.length > 0 !== written.includes(ellipsis)) return undefined;
  const fill = (term: string): string => term.replace(ellipsis, free.join(""));
  return { operands: terms.map(fill), result: fill(written) };
}

/** The size that the operands together give a letter; a size of 1 gives way to any other. */
export function einsumSize({ operands }: EinsumEquation, letter: string, shapes: readonly (Shape | undefined)[]): Dimension {
  const sizes = operands.flatMap((term, i) => (term.includes(letter) ? [shapes[i]?.[term.indexOf(letter)]] : [])).filter((size) => size !== 1);
  const number = sizes.find((size) => typeof size === "number");
  if (number !== undefined) return number;
  return sizes.length === 0 ? 1 : sizes.every((size) => size === sizes[0]) ? sizes[0] : undefined;
}
