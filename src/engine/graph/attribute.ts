import type { Graph } from "./graph.js";
import type { Initializer } from "./initializer.js";

/** A node's attribute, typed as ONNX types it (an ONNX int is not a float, even when both are 1). */
export type Attribute =
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "strings"; readonly value: readonly string[] }
  | { readonly kind: "tensor"; readonly value: Initializer }
  | { readonly kind: "graph"; readonly value: Graph };

export type Attributes = Readonly<Record<string, Attribute>>;

export const int = (value: number): Attribute => ({ kind: "int", value });
export const float = (value: number): Attribute => ({ kind: "float", value });
export const ints = (value: readonly number[]): Attribute => ({ kind: "ints", value });
export const text = (value: string): Attribute => ({ kind: "string", value });

export function intAttribute(attributes: Attributes, name: string, fallback: number): number {
  const attribute = attributes[name];
  return attribute?.kind === "int" ? attribute.value : fallback;
}

export function floatAttribute(attributes: Attributes, name: string, fallback: number): number {
  const attribute = attributes[name];
  return attribute?.kind === "float" || attribute?.kind === "int" ? attribute.value : fallback;
}

export function intsAttribute(attributes: Attributes, name: string): readonly number[] | undefined {
  const attribute = attributes[name];
  return attribute?.kind === "ints" ? attribute.value : undefined;
}

export function stringAttribute(attributes: Attributes, name: string, fallback: string): string {
  const attribute = attributes[name];
  return attribute?.kind === "string" ? attribute.value : fallback;
}
