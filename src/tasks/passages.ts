/** Keys under which retrieval tools keep the text of a passage. */
const textKeys = ["text", "passage", "content", "contents"];

/**
 * The passages of a context cell: the items of a JSON list (texts, or objects that hold one), or the cell as one passage.
 * Empty ones are left out; an empty cell has none.
 */
export function readPassages(cell: string): string[] {
  const items = jsonList(cell) ?? [cell];
  return items.map(textOf).filter((text) => text.trim() !== "");
}

/** The items of a text that is a JSON list; undefined for any other text. */
export function jsonList(text: string): unknown[] | undefined {
  if (!text.trimStart().startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOf(item: unknown): string {
  if (typeof item === "string") return item;
  if (item === null) return "";
  if (typeof item === "object" && !Array.isArray(item)) {
    const key = textKeys.find((name) => Object.hasOwn(item, name) && typeof (item as Record<string, unknown>)[name] === "string");
    if (key !== undefined) return (item as Record<string, string>)[key];
  }
  return JSON.stringify(item);
}
