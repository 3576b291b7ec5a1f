/** What adapter_config.json holds: no fractions, since Python and JavaScript write those differently. */
export type PythonJson = null | boolean | number | string | readonly PythonJson[] | { readonly [key: string]: PythonJson };

/** Exactly what Python's json.dumps(value, indent=2, sort_keys=True) returns (ASCII only, no newline at the end). */
export function dumpPythonJson(value: PythonJson, indent = ""): string {
  const inner = `${indent}  `;
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number.`);
    return String(value);
  }
  if (typeof value === "string") return quote(value);
  if (isList(value)) return value.length === 0 ? "[]" : `[\n${value.map((item) => inner + dumpPythonJson(item, inner)).join(",\n")}\n${indent}]`;
  // Python orders by code point; all keys here are ASCII, where UTF-16 order is the same.
  const keys = Object.keys(value).sort();
  if (keys.length === 0) return "{}";
  return `{\n${keys.map((key) => `${inner}${quote(key)}: ${dumpPythonJson(value[key], inner)}`).join(",\n")}\n${indent}}`;
}

const isList = (value: PythonJson): value is readonly PythonJson[] => Array.isArray(value);

/** JSON.stringify escapes what Python escapes in ASCII, except DEL; that and the rest is escaped by UTF-16 unit. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
