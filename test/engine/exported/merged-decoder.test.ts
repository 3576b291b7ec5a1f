import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createExportedProgram } from "../../../src/engine/exported/exported-program.js";
import { openExportedModel } from "../../../src/engine/exported/open-exported-model.js";
import { Graph } from "../../../src/engine/graph/graph.js";
import { GraphBuilder } from "../../../src/engine/graph/builder.js";
import { parseModel, serializeModel } from "../../../src/engine/onnx/model-file.js";
import { batchOf, headOf, readReference, relativeError } from "./reference-cases.js";

const source = join(__dirname, "reference/variants/q4-asymmetric");
const folder = mkdtempSync(join(tmpdir(), "merged-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** How the condition comes from the switch. */
type Condition = (builder: GraphBuilder) => { readonly tensor: string; readonly takenWhenTrue: boolean };

/** The model as optimum merges it: both halves as branches of one If, some weights outside, some in the branch. */
function merge(name: string, condition: Condition): string {
  const half = parseModel(readFileSync(join(source, "model.onnx")));
  const outer = new Graph();
  for (const [domain, version] of half.opsets) outer.opsets.set(domain, version);
  outer.inputs = [...half.inputs, { name: "use_cache_branch", elementType: "bool", shape: [1] }];
  const branch = new Graph();
  // The results of a branch have names of their own.
  branch.outputs = half.outputs.map((output) => ({ ...output, name: `branch/${output.name}` }));
  branch.nodes = [...half.nodes, ...half.outputs.map(({ name: result }) => ({ name: `give ${result}`, operator: "Identity", domain: "", inputs: [result], outputs: [`branch/${result}`], attributes: {} }))];
  [...half.initializers].forEach(([title, value], i) => (i % 2 === 0 ? outer : branch).initializers.set(title, value));
  // The half that must not be taken holds an operator without a rule.
  const other = new Graph();
  other.nodes = half.outputs.map(({ name: result }) => ({ name: `other ${result}`, operator: "Hardmax", domain: "", inputs: ["past_key_values.0.key"], outputs: [`other/${result}`], attributes: {} }));
  other.outputs = half.outputs.map((output) => ({ ...output, name: `other/${output.name}` }));
  const builder = new GraphBuilder(outer);
  const { tensor, takenWhenTrue } = condition(builder);
  // Outer results may not have the names that the branch gives its own.
  branch.nodes = branch.nodes.map((node) => ({ ...node, inputs: node.inputs.map((input) => (input === "logits" ? "inner logits" : input)), outputs: node.outputs.map((output) => (output === "logits" ? "inner logits" : output)) }));
  outer.nodes.push({
    name: "choice", operator: "If", domain: "", inputs: [tensor], outputs: half.outputs.map(({ name: result }) => (result.startsWith("present") ? `outer ${result}` : result)),
    attributes: { then_branch: { kind: "graph", value: takenWhenTrue ? branch : other }, else_branch: { kind: "graph", value: takenWhenTrue ? other : branch } },
  });
  outer.outputs = half.outputs.map((output) => ({ ...output, name: output.name.startsWith("present") ? `outer ${output.name}` : output.name }));
  const file = join(folder, `${name}.onnx`);
  writeFileSync(file, serializeModel(outer));
  return file;
}

const conditions: [string, Condition][] = [
  ["the switch itself", () => ({ tensor: "use_cache_branch", takenWhenTrue: false })],
  ["the switch turned and squeezed", (builder) => ({ tensor: builder.add("Not", [builder.add("Squeeze", ["use_cache_branch"])]), takenWhenTrue: true })],
  ["a constant", (builder) => ({ tensor: builder.initializer({ name: "always", elementType: "bool", shape: [], data: Uint8Array.of(1) }), takenWhenTrue: true })],
];

describe("merged decoders", () => {
  const reference = readReference(source);

  it.each(conditions)("train through the branch for whole texts, chosen by %s", async (name, condition) => {
    const [stored] = reference.cases;
    const model = await openExportedModel(merge(name, condition));
    expect(model.graph.inputs.map((input) => input.name)).toEqual(["input_ids", "attention_mask"]);
    const program = createExportedProgram({ model, virtualTokens: reference.virtualTokens, head: headOf(stored) });
    const { loss, gradients } = await program.step(batchOf(stored), { prompt: Float32Array.from(reference.prompt) });
    await program.dispose();
    expect(loss).toBeCloseTo(stored.loss, 4);
    expect(relativeError(gradients.prompt, stored.gradient)).toBeLessThan(1e-4);
  });

  it("a condition that is known only while the model runs is refused", async () => {
    const file = merge("unknown", (builder) => ({ tensor: builder.add("Greater", [builder.add("Size", ["input_ids"]), builder.integer(4)]), takenWhenTrue: true }));
    await expect(openExportedModel(file)).rejects.toMatchObject({ kind: "model", message: expect.stringMatching(/choice.*If/), advice: expect.stringMatching(/decoder_model\.onnx/) });
  });
});
