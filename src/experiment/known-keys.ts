import { experimentJsonSchema } from "./json-schema.js";

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly const?: unknown;
}

let schema: SchemaNode | undefined;

/** The keys the schema knows at a path of the file. Where several shapes are possible, those whose constants fit the file's value. */
export function knownKeys(path: readonly (string | number)[], root: unknown): string[] {
  schema ??= experimentJsonSchema() as SchemaNode;
  let nodes = alternatives(schema, root);
  let value = root;
  for (const key of path) {
    value = typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined;
    nodes = nodes.flatMap((node) => {
      const next = typeof key === "number" ? node.items : child(node, key);
      return next ? alternatives(next, value) : [];
    });
  }
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

function child(node: SchemaNode, key: string): SchemaNode | undefined {
  if (node.properties && Object.hasOwn(node.properties, key)) return node.properties[key];
  return typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;
}

function alternatives(node: SchemaNode, value: unknown): SchemaNode[] {
  const nested = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  if (nested.length === 0) return constantsFit(node, value) ? [node] : [];
  return nested.flatMap((alternative) => alternatives(alternative, value));
}

/** Whether every constant of the shape (a discriminator) is what the file says. */
function constantsFit(node: SchemaNode, value: unknown): boolean {
  return Object.entries(node.properties ?? {}).every(([key, property]) => {
    if (property.const === undefined || typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return true;
    return (value as Record<string, unknown>)[key] === property.const;
  });
}
