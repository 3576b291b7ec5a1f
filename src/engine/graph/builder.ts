import type { Attributes } from "./attribute.js";
import { Graph, type GraphNode } from "./graph.js";
import { floatInitializer, type Initializer, integerInitializer } from "./initializer.js";
import { inferOutputTypes } from "./shape-inference.js";
import type { Dimension, TensorType } from "./tensor-type.js";

export interface NodeOptions {
  readonly attributes?: Attributes;
  readonly domain?: string;
  /** A readable stem for the node's and its outputs' names. */
  readonly name?: string;
  /** What the caller knows of the first output; inferred when absent. */
  readonly shape?: readonly Dimension[];
}

/** Appends nodes to a graph, names them, and keeps what is known of every tensor. */
export class GraphBuilder {
  private counter = 0;

  constructor(
    readonly graph: Graph,
    /** Keeps our names apart from those of the model. */
    private readonly prefix = "",
  ) {}

  /** Appends a node with one output and returns that tensor's name. */
  add(operator: string, inputs: readonly string[], options: NodeOptions = {}): string {
    return this.addMany(operator, inputs, 1, options)[0];
  }

  /** Appends a node with several outputs. */
  addMany(operator: string, inputs: readonly string[], outputs: number, options: NodeOptions = {}): string[] {
    const stem = this.freshName(options.name ?? operator);
    const node: GraphNode = {
      name: stem,
      operator,
      domain: options.domain ?? "",
      inputs: [...inputs],
      outputs: outputs === 1 ? [stem] : Array.from({ length: outputs }, (_, i) => `${stem}.${i}`),
      attributes: options.attributes ?? {},
    };
    this.graph.nodes.push(node);
    const domain = node.domain;
    if (domain && !this.graph.opsets.has(domain)) this.graph.opsets.set(domain, 1);
    inferOutputTypes(this.graph, node).forEach((type, i) => type && this.graph.types.set(node.outputs[i], type));
    if (options.shape) {
      this.graph.types.set(node.outputs[0], { ...this.graph.types.get(node.outputs[0]), shape: options.shape });
    }
    return node.outputs;
  }

  input(name: string, type: TensorType): string {
    this.graph.inputs.push({ name, ...type });
    return name;
  }

  output(name: string): void {
    this.graph.outputs.push({ name, ...this.graph.typeOf(name) });
  }

  /** Gives a tensor a fixed name and makes it an output of the graph. */
  outputAs(tensor: string, name: string): void {
    this.graph.nodes.push({ name: `${name}.identity`, operator: "Identity", domain: "", inputs: [tensor], outputs: [name], attributes: {} });
    const type = this.graph.typeOf(tensor);
    if (type) this.graph.types.set(name, { elementType: type.elementType, shape: type.shape });
    this.output(name);
  }

  initializer(initializer: Initializer): string {
    this.graph.initializers.set(initializer.name, initializer);
    return initializer.name;
  }

  /** A constant vector of 64-bit integers; the same values give the same tensor. */
  integers(values: readonly number[]): string {
    const name = `${this.prefix}integers[${values.join(",")}]`;
    if (!this.graph.initializers.has(name)) this.initializer(integerInitializer(name, [values.length], values));
    return name;
  }

  /** A constant 64-bit integer without dimensions. */
  integer(value: number): string {
    const name = `${this.prefix}integer:${value}`;
    if (!this.graph.initializers.has(name)) this.initializer(integerInitializer(name, [], [value]));
    return name;
  }

  /** A constant float32 without dimensions. */
  scalar(value: number): string {
    const name = `${this.prefix}scalar:${value}`;
    if (!this.graph.initializers.has(name)) this.initializer(floatInitializer(name, [], [value]));
    return name;
  }

  private freshName(stem: string): string {
    return `${this.prefix}${stem}.${this.counter++}`;
  }
}
