import type { Attributes } from "./attribute.js";
import { constantNodeValue } from "./constant-node.js";
import { floatValues, type Initializer, integerValues } from "./initializer.js";
import type { TensorType } from "./tensor-type.js";

export interface GraphNode {
  readonly name: string;
  readonly operator: string;
  /** "" is ONNX's own domain. */
  readonly domain: string;
  /** Names of tensors; "" where an optional input is left out. */
  inputs: string[];
  outputs: string[];
  readonly attributes: Attributes;
}

export interface NamedType extends TensorType {
  readonly name: string;
}

/**
 * A typed, editable view of an ONNX graph. Nodes are kept in an order in which every tensor is made before it
 * is used; editing code appends, or inserts where its inputs exist.
 */
export class Graph {
  name = "graph";
  /** Append to it, or replace it by another list; never cut or insert in place. */
  nodes: GraphNode[] = [];
  inputs: NamedType[] = [];
  outputs: NamedType[] = [];
  readonly initializers = new Map<string, Initializer>();
  /** What is known of intermediate tensors. */
  readonly types = new Map<string, TensorType>();
  /** Operator set version by domain. */
  readonly opsets = new Map<string, number>();

  private indexed = { nodes: this.nodes, length: 0, byOutput: new Map<string, GraphNode>() };

  /** What is known of a tensor, wherever it comes from. */
  typeOf(name: string): TensorType | undefined {
    return this.initializers.get(name) ?? this.types.get(name) ?? this.inputs.find((input) => input.name === name);
  }

  producerOf(name: string): GraphNode | undefined {
    if (name === "") return undefined;
    // Builders append thousands of nodes, so the index grows with the list and is made anew only when that was replaced or cut.
    if (this.indexed.nodes !== this.nodes || this.indexed.length > this.nodes.length) this.indexed = { nodes: this.nodes, length: 0, byOutput: new Map() };
    for (; this.indexed.length < this.nodes.length; this.indexed.length++) {
      const node = this.nodes[this.indexed.length];
      for (const output of node.outputs) if (!this.indexed.byOutput.has(output)) this.indexed.byOutput.set(output, node);
    }
    return this.indexed.byOutput.get(name);
  }

  consumersOf(name: string): GraphNode[] {
    return this.nodes.filter((node) => node.inputs.includes(name));
  }

  /** A constant tensor: an initializer or the value of a Constant node. */
  constant(name: string): Initializer | undefined {
    const initializer = this.initializers.get(name);
    if (initializer) return initializer;
    const producer = this.producerOf(name);
    return producer?.operator === "Constant" && producer.domain === "" ? constantNodeValue(producer) : undefined;
  }

  /** The values of a constant integer tensor, or undefined. */
  constantIntegers(name: string): number[] | undefined {
    const constant = this.constant(name);
    return constant && integerValues(constant);
  }

  /** The value of a constant with one element (float32 or integer), or undefined. */
  constantNumber(name: string): number | undefined {
    const constant = this.constant(name);
    if (!constant || constant.shape.some((size) => size !== 1)) return undefined;
    return (floatValues(constant) ?? integerValues(constant))?.[0];
  }

  /** A shallow copy whose nodes, inputs and constants can be edited without touching this one; weights' bytes are shared. */
  clone(): Graph {
    const copy = new Graph();
    copy.name = this.name;
    copy.nodes = this.nodes.map((node) => ({ ...node, inputs: [...node.inputs], outputs: [...node.outputs] }));
    copy.inputs = [...this.inputs];
    copy.outputs = [...this.outputs];
    for (const [name, value] of this.initializers) copy.initializers.set(name, value);
    for (const [name, value] of this.types) copy.types.set(name, value);
    for (const [domain, version] of this.opsets) copy.opsets.set(domain, version);
    return copy;
  }
}
