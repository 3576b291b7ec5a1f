import { experimentJsonSchema } from "./json-schema.js";

type Node = { [key: string]: unknown };

/** Rules that the extension checks itself, with the place, the reason and a correction: said twice they would only be noise. */
const rules = ["additionalProperties", "required", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems"];

/**
 * The experiment's JSON schema as an editor gets it beside the extension's own diagnostics: for completion and hover. It
 * is `experimentJsonSchema` without what only refuses, ranges told in the descriptions, choices as examples, and shapes
 * that a "type" decides as conditions, so that only the keys of the chosen one are offered. What depends on the data, the
 * catalogue and the disk is offered by completion/.
 */
export function editorJsonSchema(): Record<string, unknown> {
  return forEditors(experimentJsonSchema() as Node);
}

function forEditors(node: Node): Node {
  const result: Node = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === "additionalProperties" && typeof value === "object") result[key] = forEditors(value as Node);
    else if (rules.includes(key)) continue;
    else if (key === "properties") result[key] = Object.fromEntries(Object.entries(value as Record<string, Node>).map(([name, child]) => [name, forEditors(child)]));
    else if (key === "items") result[key] = forEditors(value as Node);
    else if (key === "enum") result.examples = value;
    else if (key === "oneOf" || key === "anyOf") Object.assign(result, alternatives(value as Node[]));
    else result[key] = value;
  }
  const range = rangeOf(node);
  if (range !== undefined) result.description = [node.description, range].filter((part) => part).join(" ");
  return result;
}

/** Shapes told apart by a constant become one object with conditions; others stay alternatives. */
function alternatives(nodes: Node[]): Node {
  const decider = discriminatorOf(nodes);
  if (decider === undefined) return { anyOf: nodes.map(forEditors) };
  const constants = nodes.map((node) => (node.properties as Record<string, Node>)[decider]);
  return {
    type: "object",
    properties: { [decider]: { type: "string", examples: constants.map((constant) => constant.const), description: constants.map((constant) => `${String(constant.const)}: ${String(constant.description ?? "")}`).join("\n\n") } },
    allOf: nodes.map((node, index) => {
      const { [decider]: _, ...own } = node.properties as Record<string, Node>;
      const shape: Node = { properties: own };
      return { if: { properties: { [decider]: { const: constants[index].const } }, required: [decider] }, then: forEditors(shape) };
    }),
  };
}

function discriminatorOf(nodes: readonly Node[]): string | undefined {
  const [first] = nodes;
  const keys = Object.entries((first.properties as Record<string, Node> | undefined) ?? {}).flatMap(([key, { const: constant }]) => (constant === undefined ? [] : [key]));
  return keys.find((key) => nodes.every((node) => (node.properties as Record<string, Node> | undefined)?.[key]?.const !== undefined));
}

function rangeOf({ minimum, maximum, exclusiveMinimum }: Node): string | undefined {
  if (typeof exclusiveMinimum === "number") return `More than ${exclusiveMinimum}.`;
  if (typeof minimum !== "number") return undefined;
  return typeof maximum === "number" ? `${minimum} to ${maximum}.` : `At least ${minimum}.`;
}
