import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect } from "vitest";
import { RandomSource } from "../../../src/common/random.js";
import { differentiate } from "../../../src/engine/autodiff/differentiate.js";
import { GraphBuilder } from "../../../src/engine/graph/builder.js";
import { Graph } from "../../../src/engine/graph/graph.js";
import { floatInitializer, integerInitializer } from "../../../src/engine/graph/initializer.js";
import type { Dimension, ElementType } from "../../../src/engine/graph/tensor-type.js";
import { serializeModel } from "../../../src/engine/onnx/model-file.js";
import type { CaseInput, Declaration, OperatorCase } from "./operator-case.js";

/** Step of the difference quotient: a power of two, so that adding it to a float32 near 1 loses nothing that matters. */
const step = 1 / 64;

/**
 * Compares the gradients that `differentiate` writes for one node with fourth-order central differences
 * (f(x−2h) − 8f(x−h) + 8f(x+h) − f(x+2h)) / 12h of Σ w⊙y, whose sum is taken in double precision.
 * Truncation is of the order h⁴ ≈ 6e-8, rounding of the order 1e-7/h ≈ 6e-6: a tolerance of 1e-3 is safe.
 */
export async function checkGradients(key: string, testCase: OperatorCase, declaration: Declaration): Promise<void> {
  const random = RandomSource.derive(1, `${key} ${testCase.note}`);
  const feeds = makeFeeds(testCase, random);
  const differentiated = testCase.inputs.flatMap((input, i) => (isDifferentiated(input) ? [`in${i}`] : []));
  expect(differentiated.length, "a case must differentiate something").toBeGreaterThan(0);

  const forward = buildNode(key, testCase, declaration, feeds);
  forward.outputs.forEach((name) => new GraphBuilder(forward.graph).output(name));
  const forwardSession = await open(forward.graph);
  const first = await forwardSession.run(feeds);
  const weights = forward.outputs.map((name) => Float32Array.from(first[name].data as Float32Array, () => random.normal()));

  const backward = buildNode(key, testCase, declaration, feeds);
  const builder = new GraphBuilder(backward.graph, "test/");
  const weightFeeds: Record<string, Tensor> = {};
  const terms = backward.outputs.map((name, i) => {
    const weight = builder.input(`weight${i}`, declare("float32", first[name].dims, declaration, `w${i}`));
    weightFeeds[weight] = new Tensor("float32", weights[i], first[name].dims);
    return builder.add("ReduceSum", [builder.add("Mul", [name, weight])], { attributes: { keepdims: { kind: "int", value: 0 } } });
  });
  const loss = terms.length === 1 ? terms[0] : builder.add("Sum", terms);
  const gradients = differentiate(backward.graph, { loss, by: differentiated });
  for (const [name, gradient] of gradients) builder.outputAs(gradient, `gradient of ${name}`);
  const results = await (await open(backward.graph)).run({ ...feeds, ...weightFeeds });

  const lossAt = async (name: string, index: number, shift: number): Promise<number> => {
    const moved = Float32Array.from(feeds[name].data as Float32Array);
    moved[index] += shift;
    const outputs = await forwardSession.run({ ...feeds, [name]: new Tensor("float32", moved, feeds[name].dims) });
    return forward.outputs.reduce((sum, output, i) => (outputs[output].data as Float32Array).reduce((s, y, j) => s + y * weights[i][j], sum), 0);
  };
  for (const name of differentiated) {
    const found = results[`gradient of ${name}`];
    expect(found.dims, `shape of the gradient of ${name}`).toEqual(feeds[name].dims);
    const numeric: number[] = [];
    for (let i = 0; i < feeds[name].size; i++) {
      const far = (await lossAt(name, i, 2 * step)) - (await lossAt(name, i, -2 * step));
      const near = (await lossAt(name, i, step)) - (await lossAt(name, i, -step));
      numeric.push((8 * near - far) / (12 * step));
    }
    const scale = Math.max(1e-2, ...numeric.map(Math.abs));
    const analytic = found.data as Float32Array;
    const worst = numeric.reduce((most, value, i) => Math.max(most, Math.abs(value - analytic[i])), 0) / scale;
    const report = `gradient of ${name}: ${Array.from(analytic).slice(0, 12)} instead of ${numeric.slice(0, 12)}`;
    expect(Number.isFinite(worst) && worst <= (testCase.tolerance ?? 1e-3), `${report} (off by ${worst})`).toBe(true);
  }
}

/** Writes the backward graph only; for cases in which a rule must refuse. */
export function differentiateOnly(key: string, testCase: OperatorCase, declaration: Declaration): void {
  const feeds = makeFeeds(testCase, RandomSource.fromSeed(1));
  const { graph, outputs } = buildNode(key, testCase, declaration, feeds);
  const builder = new GraphBuilder(graph, "test/");
  const loss = builder.add("ReduceSum", [outputs[0]], { attributes: { keepdims: { kind: "int", value: 0 } } });
  differentiate(graph, { loss, by: testCase.inputs.flatMap((input, i) => (isDifferentiated(input) ? [`in${i}`] : [])) });
}

function isDifferentiated(input: CaseInput): boolean {
  return (input.kind === "float" || input.kind === "values") && !input.constant;
}

function makeFeeds(testCase: OperatorCase, random: RandomSource): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  testCase.inputs.forEach((input, i) => {
    if (input.kind === "float") {
      const size = input.shape.reduce((product, dimension) => product * dimension, 1);
      const draw = (): number => {
        for (;;) {
          const value = input.low + (input.high - input.low) * random.uniform();
          if (input.away.every((kink) => Math.abs(value - kink) > 0.1)) return value;
        }
      };
      feeds[`in${i}`] = new Tensor("float32", Float32Array.from({ length: size }, draw), input.shape);
    } else if (input.kind === "values") feeds[`in${i}`] = new Tensor("float32", Float32Array.from(input.values), input.shape);
    else if (input.kind === "int64") feeds[`in${i}`] = new Tensor("int64", BigInt64Array.from(input.values, BigInt), input.shape);
    else if (input.kind === "bool") feeds[`in${i}`] = new Tensor("bool", Uint8Array.from(input.values), input.shape);
  });
  return feeds;
}

/** A graph of the one node; constants are taken out of `feeds` and become initializers. */
function buildNode(key: string, testCase: OperatorCase, declaration: Declaration, feeds: Record<string, Tensor>): { graph: Graph; outputs: string[] } {
  const graph = new Graph();
  graph.opsets.set("", testCase.opset ?? 21);
  const builder = new GraphBuilder(graph);
  const names = testCase.inputs.map((input, i) => {
    const name = `in${i}`;
    if (input.kind === "absent") return "";
    if (input.kind === "same") return `in${input.as}`;
    if (input.kind === "int64" && input.constant) {
      delete feeds[name];
      return builder.initializer(integerInitializer(name, input.shape, input.values));
    }
    if (input.kind === "bytes") return builder.initializer({ name, elementType: input.elementType, shape: input.shape, data: Uint8Array.from(input.values) });
    if (input.kind === "bool" && input.constant) {
      delete feeds[name];
      return builder.initializer({ name, elementType: "bool", shape: input.shape, data: Uint8Array.from(input.values) });
    }
    if ((input.kind === "float" || input.kind === "values") && input.constant && feeds[name]) {
      const data = feeds[name].data as Float32Array;
      constants.set(input, data);
      delete feeds[name];
    }
    if ((input.kind === "float" || input.kind === "values") && input.constant) {
      return builder.initializer(floatInitializer(name, input.shape, constants.get(input)!));
    }
    const elementType: ElementType = input.kind === "int64" ? "int64" : input.kind === "bool" ? "bool" : "float32";
    return builder.input(name, declare(elementType, input.shape, declaration, `in${i}`));
  });
  const [domain, operator] = key.includes(":") ? key.split(":") : ["", key];
  const outputs = builder.addMany(operator, names, testCase.outputs ?? 1, { attributes: testCase.attributes, domain, name: "tested" });
  return { graph, outputs: outputs.filter((_, i) => !testCase.used || testCase.used.includes(i)) };
}

const constants = new Map<CaseInput, Float32Array>();

function declare(elementType: ElementType, shape: readonly number[], declaration: Declaration, stem: string): { elementType: ElementType; shape?: readonly Dimension[] } {
  if (declaration === "nothing") return { elementType };
  if (declaration === "sizes") return { elementType, shape };
  return { elementType, shape: shape.map((_, axis) => (declaration === "names" ? `${stem}_${axis}` : undefined)) };
}

export function open(graph: Graph): Promise<InferenceSession> {
  return InferenceSession.create(serializeModel(graph), { graphOptimizationLevel: "all", intraOpNumThreads: 1, logSeverityLevel: 4 });
}
