/**
 * JSON that keeps every number: NaN, the infinities and −0, which JSON.stringify loses in silence, are written as
 * {"$number":"NaN"} and so on. All other doubles survive JSON as they are.
 */
const names: ReadonlyMap<string, number> = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["-0", -0],
]);

export function stringifyExactly(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== "number" || (Number.isFinite(item) && !Object.is(item, -0))) return item;
    return { $number: Object.is(item, -0) ? "-0" : String(item) };
  });
}

/** Throws SyntaxError where the text is not JSON. */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    const tagged = Object.hasOwn(item, "$number") && Object.keys(item).length === 1 ? (item as { $number: unknown }).$number : undefined;
    return typeof tagged === "string" && names.has(tagged) ? names.get(tagged) : item;
  });
}
