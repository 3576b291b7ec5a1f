import type { Attributes } from "../../../src/engine/graph/attribute.js";

/** One input of the operator under test. */
export type CaseInput =
  /** Random float32, differentiated unless `constant`. `away`: values are kept this far (0.1) from the operator's kinks. */
  | { readonly kind: "float"; readonly shape: readonly number[]; readonly low: number; readonly high: number; readonly away: readonly number[]; readonly constant: boolean }
  /** Fixed float32 values, differentiated unless `constant`. */
  | { readonly kind: "values"; readonly shape: readonly number[]; readonly values: readonly number[]; readonly constant: boolean }
  | { readonly kind: "int64"; readonly shape: readonly number[]; readonly values: readonly number[]; readonly constant: boolean }
  | { readonly kind: "bool"; readonly shape: readonly number[]; readonly values: readonly number[]; readonly constant: boolean }
  /** Bytes as a constant of the graph: a quantised weight. */
  | { readonly kind: "bytes"; readonly elementType: "uint8" | "int8"; readonly shape: readonly number[]; readonly values: readonly number[] }
  /** The very tensor of another input. */
  | { readonly kind: "same"; readonly as: number }
  | { readonly kind: "absent" };

/**
 * How much the graph says of its inputs' shapes: sizes, names of sizes, only the rank, nothing.
 * Every rule must give the same gradient for each, or refuse with a typed error where the case says so.
 */
export const declarations = ["sizes", "names", "rank", "nothing"] as const;
export type Declaration = (typeof declarations)[number];

export interface OperatorCase {
  readonly note: string;
  readonly inputs: readonly CaseInput[];
  readonly attributes?: Attributes;
  /** Outputs of the node (1). */
  readonly outputs?: number;
  /** Outputs that reach the loss (all). */
  readonly used?: readonly number[];
  /** Declarations that this case is run with (all). */
  readonly declarations?: readonly Declaration[];
  /** ONNX's own operator set (21). */
  readonly opset?: number;
  /** Largest difference relative to the largest gradient (1e-3). */
  readonly tolerance?: number;
}

interface FloatOptions {
  readonly low?: number;
  readonly high?: number;
  readonly away?: readonly number[];
  readonly constant?: boolean;
}

export const float = (shape: readonly number[], { low = -1.5, high = 1.5, away = [], constant = false }: FloatOptions = {}): CaseInput => ({
  kind: "float", shape, low, high, away, constant,
});
export const values = (shape: readonly number[], list: readonly number[], constant = false): CaseInput => ({ kind: "values", shape, values: list, constant });
/** Integers as a constant of the graph, as exporters write axes and shapes. */
export const integers = (list: readonly number[], shape: readonly number[] = [list.length]): CaseInput => ({ kind: "int64", shape, values: list, constant: true });
/** Integers as an input, known only at run time. */
export const runtimeIntegers = (list: readonly number[], shape: readonly number[] = [list.length]): CaseInput => ({ kind: "int64", shape, values: list, constant: false });
export const booleans = (shape: readonly number[], list: readonly number[], constant = false): CaseInput => ({ kind: "bool", shape, values: list, constant });
/** Bytes that repeat without a pattern the eye sees. */
export const bytes = (shape: readonly number[], elementType: "uint8" | "int8" = "uint8"): CaseInput => ({
  kind: "bytes", elementType, shape, values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i * i * 37 + i * 101 + 13) % 251),
});
export const same = (as: number): CaseInput => ({ kind: "same", as });
export const absent: CaseInput = { kind: "absent" };
