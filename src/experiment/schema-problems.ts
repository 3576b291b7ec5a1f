import type { z } from "zod";
import { nearestOf } from "../common/nearest.js";
import { type Diagnostic, quoted } from "./diagnostic.js";
import type { JsonDocument } from "./json-document.js";
import { knownKeys } from "./known-keys.js";

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

/** What the schema found wrong, in sentences with the places in the file. */
export function schemaProblems(issues: readonly Issue[], document: JsonDocument): Diagnostic[] {
  const root = document.value();
  return issues.flatMap((issue) => issueProblems(issue, [], root, document));
}

function issueProblems(issue: Issue, before: Path, root: unknown, document: JsonDocument): Diagnostic[] {
  const path = [...before, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
  const found = valueAt(root, path);
  const at = (message: string, replacement?: string) => [document.diagnostic(message, path, document.valueSpan(path), "error", replacement)];
  const choose = (values: readonly unknown[]) => at(oneOf(found, values), found === undefined ? undefined : nearestChoice(found, values));
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, path, root, document));
  if (issue.code === "invalid_union") {
    if ("discriminator" in issue && issue.discriminator !== undefined) return choose((issue as { readonly options?: readonly unknown[] }).options ?? []);
    const branch = closestBranch(issue.errors, found);
    return branch ? branch.flatMap((inner) => issueProblems(inner, path, root, document)) : at("This does not fit here.");
  }
  if (found === undefined) return at(`${quoted(path.at(-1) ?? "")} is missing.`);
  switch (issue.code) {
    case "invalid_type":
      return at(`This must be ${typeNames[issue.expected] ?? issue.expected}, not ${typeOf(found)}.`);
    case "invalid_value":
      return choose(issue.values);
    case "too_small":
      return at(issue.origin === "string" ? "This text must not be empty." : `This must be ${issue.inclusive ? "at least" : "more than"} ${String(issue.minimum)}, not ${quoted(found)}.`);
    case "too_big":
      return at(`This must be ${issue.inclusive ? "at most" : "less than"} ${String(issue.maximum)}${typeof found === "number" ? `, not ${quoted(found)}` : ""}.`);
    case "invalid_format":
      return at(`${quoted(found)} does not fit: ${issue.message}.`);
    default:
      return at(`${issue.message}.`);
  }
}

function unknownKey(key: string, path: Path, root: unknown, document: JsonDocument): Diagnostic {
  const own = [...path, key];
  const known = knownKeys(path, root);
  const nearest = nearestOf(key, known);
  const hint = nearest !== undefined ? `Did you mean ${quoted(nearest)}?` : known.length > 0 ? `Known keys: ${known.join(", ")}.` : "";
  return document.diagnostic(`The key ${quoted(key)} is not known here. ${hint}`.trim(), own, document.keySpan(own), "error", nearest && JSON.stringify(nearest));
}

/** The choice that was most likely meant, as source text. */
function nearestChoice(found: unknown, values: readonly unknown[]): string | undefined {
  if (values.length === 1) return JSON.stringify(values[0]);
  const nearest = typeof found === "string" ? nearestOf(found, values.map(String)) : undefined;
  return nearest === undefined ? undefined : JSON.stringify(nearest);
}

function oneOf(found: unknown, values: readonly unknown[]): string {
  const listed = values.map((value) => quoted(value));
  const choice = listed.length === 1 ? listed[0] : `one of ${listed.join(", ")}`;
  if (found === undefined) return `A value is missing: ${choice}.`;
  const nearest = typeof found === "string" ? nearestOf(found, values.map(String)) : undefined;
  return `This must be ${choice}, not ${quoted(found)}.${nearest === undefined || values.length === 1 ? "" : ` Did you mean ${quoted(nearest)}?`}`;
}

/**
 * The alternative a person most likely meant: one whose type fits the value, then the one with the fewest problems. A text
 * or number where only objects and choices are possible gets the first alternative's message.
 */
function closestBranch(branches: readonly (readonly Issue[])[], found: unknown): readonly Issue[] | undefined {
  const cost = (issues: readonly Issue[]) => {
    const wrongType = issues.some((issue) => issue.path.length === 0 && issue.code === "invalid_type");
    const wrongChoice = typeof found !== "string" && issues.some((issue) => issue.path.length === 0 && issue.code === "invalid_value");
    return (wrongType || wrongChoice ? 1000 : 0) + issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);
  };
  return [...branches].sort((a, b) => cost(a) - cost(b))[0];
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object { … }",
  record: "an object { … }",
  array: "a list [ … ]",
};

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? `the text ${quoted(value)}` : quoted(value);
}
