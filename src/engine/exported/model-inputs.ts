import { PromptTuningError } from "../../common/errors.js";
import type { Graph, NamedType } from "../graph/graph.js";
import { printable } from "../onnx/printable.js";

/** The inputs of an exported language model or encoder that this program knows how to feed. */
export interface ModelInputs {
  readonly ids: NamedType;
  readonly mask?: NamedType;
  readonly positions?: NamedType;
  /** Token types of an encoder, all 0. */
  readonly types?: NamedType;
  /** Kept keys and values, [batch, heads, time, head size]: fed empty. */
  readonly past: readonly NamedType[];
}

const pastName = /^(past_key_values?|past)[._]\d+[._](key|value|decoder\.key|decoder\.value)$/;

/**
 * Takes the inputs for earlier keys and values out that nothing reads any more: a lowered attention does not look at
 * them, and newer exports do not say how wide they are.
 */
export function dropUnreadPast(graph: Graph): void {
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  graph.inputs = graph.inputs.filter(({ name }) => !pastName.test(name) || read.has(name));
}

/**
 * Sorts a model's inputs by their usual names, before it is lowered: their shapes are not looked at.
 * @throws PromptTuningError kind "model" that names the input in the way and the variant to use.
 */
export function sortModelInputs(graph: Graph, file?: string): ModelInputs {
  const found: { ids?: NamedType; mask?: NamedType; positions?: NamedType; types?: NamedType; past: NamedType[] } = { past: [] };
  for (const input of graph.inputs) {
    if (input.name === "input_ids") found.ids = input;
    else if (input.name === "attention_mask") found.mask = input;
    else if (input.name === "position_ids") found.positions = input;
    else if (input.name === "token_type_ids") found.types = input;
    else if (pastName.test(input.name)) found.past.push(input);
    else throw unknownInput(input.name, file);
  }
  if (!found.ids) throw noTokenIds(graph, file);
  return { ...found, ids: found.ids };
}

/**
 * The same, each with a shape that can be fed.
 * @throws PromptTuningError kind "model" that names the input in the way and the variant to use.
 */
export function findModelInputs(graph: Graph, file?: string): ModelInputs {
  const inputs = sortModelInputs(graph, file);
  for (const input of [inputs.ids, inputs.mask, inputs.positions, inputs.types]) if (input) requireFreeSizes(input, 2, file);
  for (const input of inputs.past) requireHeads(input, file);
  return inputs;
}

function noTokenIds(graph: Graph, file: string | undefined): PromptTuningError {
  return new PromptTuningError("model", "The ONNX model has no input named \"input_ids\".", {
    reason: `Its inputs are: ${graph.inputs.slice(0, 8).map((input) => printable(input.name)).join(", ") || "none"}.`,
    advice: "Export a causal language model from token ids to logits (see scripts/reference/export_onnx.py).",
    file,
  });
}

function unknownInput(name: string, file: string | undefined): PromptTuningError {
  const variants = new Map(Object.entries({
    inputs_embeds: "It takes embeddings made by another file; use an export from token ids.",
    encoder_hidden_states: "It is the decoder of an encoder-decoder, whose encoder lies in another file; T5, mT5 and UMT5 are read from a folder of safetensors.",
    pixel_values: "It takes pictures; use a language model for text.",
  }));
  return new PromptTuningError("model", `The ONNX model has an input "${printable(name)}" that is not supported.`, {
    reason: variants.get(name) ?? "Only input_ids, attention_mask, position_ids, token_type_ids and past_key_values.N.key/value are known.",
    advice: "Export the model with torch.onnx, from input_ids and attention_mask to logits (scripts/reference/export_onnx.py shows how).",
    file,
  });
}

function shown({ shape }: NamedType): string {
  return shape?.slice(0, 8).map((size) => (typeof size === "string" ? printable(size) : (size ?? "?"))).join(", ") ?? "?";
}

function requireFreeSizes(input: NamedType, rank: number, file: string | undefined): void {
  if (!input.shape) return;
  const fixed = input.shape.findIndex((size) => typeof size === "number");
  if (input.shape.length === rank && fixed < 0) return;
  throw new PromptTuningError("model", `The input "${input.name}" of the ONNX model has the fixed shape [${shown(input)}].`, {
    reason: `[batch, time] with both sizes free is needed: texts differ in length.`,
    advice: "Export the model again with dynamic axes for batch and time.",
    file,
  });
}

function requireHeads(input: NamedType, file: string | undefined): void {
  if (input.shape?.length === 4 && typeof input.shape[1] === "number" && typeof input.shape[3] === "number") return;
  throw new PromptTuningError("model", `The input "${input.name}" of the ONNX model has a shape that cannot be fed empty.`, {
    reason: `[batch, heads, time, head size] with known heads and head size is needed; it is [${shown(input)}].`,
    advice: "Use the variant without past keys and values (decoder_model.onnx), or one exported with torch.onnx.",
    file,
  });
}
