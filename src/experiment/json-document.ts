import { createScanner, findNodeAtLocation, type Node, type ParseError, type ParseErrorCode, parseTree, printParseErrorCode } from "jsonc-parser";
import { type Diagnostic, quoted } from "./diagnostic.js";

/** A text span: where a problem is underlined. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

type Path = readonly (string | number)[];

/** Deepest nesting of an experiment file; the parser is recursive, and a file of a million brackets must not exhaust its stack. */
const maximumDepth = 64;

/** A key that would be an object's prototype in JavaScript. */
export const forbiddenKey = "__proto__";

/** Most syntax problems reported: after the first few, the parser only stumbles on. */
const maximumSyntaxProblems = 20;

/** JSON with comments and trailing commas, with the place of every value. Hostile text gives problems, never an exception. */
export class JsonDocument {
  private readonly lineStarts: number[] = [0];
  private readonly root: Node | undefined;
  /** What is wrong with the text as JSON. The value is not to be used when there is any. */
  readonly syntaxProblems: readonly Diagnostic[];
  /** Keys given twice, and "__proto__". */
  readonly keyProblems: readonly Diagnostic[] = [];

  constructor(readonly text: string) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.lineStarts.push(at + 1);
    const tooDeep = firstTooDeep(text);
    if (tooDeep >= 0) {
      this.syntaxProblems = [this.diagnostic(`The file is nested more than ${maximumDepth} levels deep.`, [], { offset: tooDeep, length: 1 })];
      return;
    }
    const errors: ParseError[] = [];
    this.root = parseTree(text, errors, { allowTrailingComma: true });
    this.syntaxProblems = errors.slice(0, maximumSyntaxProblems).map(({ error, offset, length }) => this.diagnostic(syntaxMessage(error), [], { offset, length }));
    if (errors.length === 0 && this.root) this.keyProblems = this.findKeyProblems(this.root, []);
  }

  /** The value as plain data. Objects have no prototype, and "__proto__" (reported) is left out. */
  value(): unknown {
    return this.root && plainValue(this.root);
  }

  /** A problem at a span; `replacement` is the source text that most likely belongs there. */
  diagnostic(message: string, path: Path, span: Span, severity: "error" | "warning" = "error", replacement?: string): Diagnostic {
    // The parser places an unclosed comment beyond the text's end.
    const offset = Math.min(span.offset, this.text.length);
    const length = Math.min(span.length, this.text.length - offset);
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lineStarts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { message, severity, path, line: low + 1, column: offset - this.lineStarts[low] + 1, offset, length, ...(replacement === undefined ? {} : { replacement }) };
  }

  /** Where the value at a path stands; of the nearest container that exists, the opening brace. */
  valueSpan(path: Path): Span {
    const node = this.node(path);
    if (node) return { offset: node.offset, length: node.length };
    const container = this.nearest(path);
    return { offset: container?.offset ?? 0, length: container ? 1 : 0 };
  }

  /** Where the key of a property stands. */
  keySpan(path: Path): Span {
    const key = this.node(path)?.parent;
    const name = key?.type === "property" ? key.children![0] : undefined;
    return name ? { offset: name.offset, length: name.length } : this.valueSpan(path);
  }

  /** Where a part of a string stands: `offset` and `length` count the string's own UTF-16 units, escapes in the file are followed. */
  stringSpan(path: Path, part: Span): Span {
    const node = this.node(path);
    if (node?.type !== "string") return this.valueSpan(path);
    const raw = this.text.slice(node.offset, node.offset + node.length);
    // Units of the source before each unit of the string; the opening quote is one.
    const starts = [1];
    for (let at = 1; at < raw.length - 1; starts.push(at)) at += raw[at] === "\\" ? (raw[at + 1] === "u" ? 6 : 2) : 1;
    const start = starts[Math.min(part.offset, starts.length - 1)];
    const end = starts[Math.min(part.offset + part.length, starts.length - 1)];
    return { offset: node.offset + start, length: Math.max(end - start, 1) };
  }

  /** Whether the file itself holds a value at the path. */
  has(path: Path): boolean {
    return this.node(path) !== undefined;
  }

  private node(path: Path): Node | undefined {
    return this.root && findNodeAtLocation(this.root, [...path]);
  }

  private nearest(path: Path): Node | undefined {
    for (let length = path.length; length >= 0; length--) {
      const node = this.node(path.slice(0, length));
      if (node) return node;
    }
    return undefined;
  }

  private findKeyProblems(node: Node, path: Path): Diagnostic[] {
    if (node.type === "array") return (node.children ?? []).flatMap((child, index) => this.findKeyProblems(child, [...path, index]));
    if (node.type !== "object") return [];
    const seen = new Set<string>();
    return (node.children ?? []).flatMap((property) => {
      const [key, value] = property.children!;
      const own = [...path, key.value as string];
      const found: Diagnostic[] = [];
      if (key.value === forbiddenKey) found.push(this.diagnostic(`"${forbiddenKey}" cannot be used as a key.`, own, key));
      else if (seen.has(key.value)) found.push(this.diagnostic(`The key ${quoted(key.value)} stands here for the second time.`, own, key));
      seen.add(key.value);
      return value ? [...found, ...this.findKeyProblems(value, own)] : found;
    });
  }
}

function plainValue(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(plainValue);
  if (node.type !== "object") return node.value;
  const result = Object.create(null) as Record<string, unknown>;
  for (const property of node.children ?? []) {
    const [key, value] = property.children!;
    if (value && key.value !== "__proto__") result[key.value as string] = plainValue(value);
  }
  return result;
}

/** Offset of the first bracket below the allowed depth, or −1: what walks a text recursively asks this first. */
export function firstTooDeep(text: string): number {
  const scanner = createScanner(text, true);
  let depth = 0;
  while (scanner.getPosition() < text.length) {
    scanner.scan();
    const first = text[scanner.getTokenOffset()];
    if (first === "{" || first === "[") depth++;
    if (first === "}" || first === "]") depth = Math.max(0, depth - 1);
    if (depth > maximumDepth) return scanner.getTokenOffset();
  }
  return -1;
}

const syntaxMessages: Readonly<Record<string, string>> = {
  InvalidSymbol: "This is not JSON: a word without quotes, or a character that cannot stand here.",
  InvalidNumberFormat: "This is not a number that JSON knows.",
  PropertyNameExpected: 'A key in double quotes is missing here, such as "name".',
  ValueExpected: "A value is missing here.",
  ColonExpected: "A ':' is missing here.",
  CommaExpected: "A ',' is missing here.",
  CloseBraceExpected: "A '}' is missing here.",
  CloseBracketExpected: "A ']' is missing here.",
  EndOfFileExpected: "The file should end here, but more follows.",
  InvalidCommentToken: "This comment is not written as // or /* */.",
  UnexpectedEndOfComment: "A comment is not closed.",
  UnexpectedEndOfString: "A text is not closed: its second double quote is missing.",
  UnexpectedEndOfNumber: "A number is not complete.",
  InvalidUnicode: "A \\u escape needs four hexadecimal digits.",
  InvalidEscapeCharacter: "This escape is not known to JSON. A backslash itself is written \\\\.",
  InvalidCharacter: "A text holds a control character. Write a line break as \\n.",
};

function syntaxMessage(code: ParseErrorCode): string {
  return syntaxMessages[printParseErrorCode(code)] ?? "This is not JSON.";
}
