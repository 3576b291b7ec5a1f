import type { Tokenizer } from "../backbone/tokenizer/tokenizer.js";
import { PromptTuningError } from "../common/errors.js";
import { beforeAnswer, type Template } from "./template.js";

/**
 * How a template and a row become tokens. Every piece — a text of the template, a column's value, the answer — is
 * encoded on its own and the ids are joined, so that a piece has the same ids in training, scoring and every baseline,
 * and cutting one changes no other. One thing moves: a single space at the end of the template's text goes to the column
 * or answer behind it ("Message: {text}" is "Message:" + " " + value), because the vocabularies of language models hold
 * words with the space in front. Special tokens written in the template's text (<|im_start|>) are special; those in a column
 * are plain text.
 */
export interface TemplateEncoder {
  /** Encodes one row. @throws kind "data" when a column is missing, "experiment" when even the empty row is too long. */
  encode(fields: Readonly<Record<string, string>>): EncodedPrompt;
  /** The answer's text with the space that moved to it. */
  answerText(answer: string): string;
}

/** A row up to the answer. T = tokens.length ≥ 1. */
export interface EncodedPrompt {
  /** Token ids [T]; −1 where a virtual token stands. */
  readonly tokens: Int32Array;
  /** Row of the soft prompt [T]; −1 where an ordinary token stands. */
  readonly virtualTokens: Int32Array;
  /** Tokens cut because of maxTokens. */
  readonly cutByMaximum: number;
  /** Tokens cut because the whole would not fit the backbone's context. */
  readonly cutByContext: number;
}

export interface TemplateEncoderOptions {
  readonly tokenizer: Tokenizer;
  /** Longest sequence of the backbone, in tokens. */
  readonly contextLength: number;
  /** Column → most tokens it may take; the end is cut. */
  readonly maxTokens?: Readonly<Record<string, number>>;
  /** Tokens to keep free behind the prompt for the answer. */
  readonly answerTokens?: number;
}

type Piece =
  | { readonly type: "ids"; readonly ids: Int32Array }
  | { readonly type: "soft"; readonly count: number; readonly firstRow: number }
  | { readonly type: "column"; readonly name: string; readonly space: boolean; readonly maximum: number };

export function createTemplateEncoder(template: Template, options: TemplateEncoderOptions): TemplateEncoder {
  const { tokenizer, contextLength } = options;
  const { pieces, answerSpace } = preparePieces(template, options);
  const room = contextLength - (options.answerTokens ?? 0);
  const fixed = pieces.reduce((sum, piece) => sum + (piece.type === "ids" ? piece.ids.length : piece.type === "soft" ? piece.count : 0), 0);
  if (fixed > room)
    throw new PromptTuningError("experiment", `The template alone takes ${fixed} tokens and the answer ${contextLength - room}; the backbone's context holds ${contextLength}.`, {
      advice: "Shorten the template's text, use fewer virtual tokens or shorter answers.",
      setting: ["task", "template"],
    });

  return {
    encode(fields) {
      let cutByMaximum = 0;
      const values = pieces.map((piece): Int32Array => {
        if (piece.type === "ids") return piece.ids;
        if (piece.type === "soft") return new Int32Array(0);
        const ids = encodeText(tokenizer, (piece.space ? " " : "") + columnValue(fields, piece.name), false);
        cutByMaximum += Math.max(0, ids.length - piece.maximum);
        return ids.subarray(0, piece.maximum);
      });
      const cutByContext = cutToFit(
        values,
        pieces.map((piece) => piece.type === "column"),
        room - fixed,
      );
      const length = values.reduce((sum, ids) => sum + ids.length, 0) + pieces.reduce((sum, piece) => sum + (piece.type === "soft" ? piece.count : 0), 0);
      if (length === 0) return { tokens: Int32Array.of(firstToken(tokenizer)), virtualTokens: Int32Array.of(-1), cutByMaximum, cutByContext };
      const tokens = new Int32Array(length).fill(-1);
      const virtualTokens = new Int32Array(length).fill(-1);
      let at = 0;
      pieces.forEach((piece, index) => {
        if (piece.type === "soft") for (let i = 0; i < piece.count; i++) virtualTokens[at++] = piece.firstRow + i;
        else {
          tokens.set(values[index], at);
          at += values[index].length;
        }
      });
      return { tokens, virtualTokens, cutByMaximum, cutByContext };
    },
    answerText: (answer) => (answerSpace && !/^\s/u.test(answer) ? ` ${answer}` : answer),
  };
}

/** Encodes one piece on its own, without what the model's template would add around a text. */
export function encodeText(tokenizer: Tokenizer, text: string, allowSpecial: boolean): Int32Array {
  if (text === "") return new Int32Array(0);
  return tokenizer.encode(text, { addSpecialTokens: false, allowSpecial });
}

function preparePieces(template: Template, options: TemplateEncoderOptions): { pieces: Piece[]; answerSpace: boolean } {
  const { tokenizer, maxTokens = {} } = options;
  const parts = beforeAnswer(template);
  const pieces: Piece[] = [];
  const begin = beginTokens(tokenizer);
  if (begin.length > 0) pieces.push({ type: "ids", ids: begin });
  let space = false;
  parts.forEach((part, index) => {
    if (part.type === "text") {
      const next = parts[index + 1]?.type;
      space = part.hardPrompt !== true && part.text.endsWith(" ") && (next === "column" || next === undefined);
      const ids = encodeText(tokenizer, space ? part.text.slice(0, -1) : part.text, true);
      if (ids.length > 0) pieces.push({ type: "ids", ids });
      return;
    }
    if (part.type === "column") pieces.push({ type: "column", name: part.name, space, maximum: Object.hasOwn(maxTokens, part.name) ? maxTokens[part.name] : Infinity });
    if (part.type === "soft") pieces.push(part);
    space = false;
  });
  return { pieces, answerSpace: space };
}

/** The begin-of-text token, where the model's own tokenizer puts one in front of every text. It stands before everything else. */
function beginTokens(tokenizer: Tokenizer): Int32Array {
  const added = tokenizer.beginOfTextId === undefined ? undefined : tokenizer.encode("", { addSpecialTokens: true })[0];
  return added !== undefined && added === tokenizer.beginOfTextId ? Int32Array.of(added) : new Int32Array(0);
}

/** An answer needs a token before it: of an empty row and template, this one. */
function firstToken(tokenizer: Tokenizer): number {
  const id = tokenizer.beginOfTextId ?? tokenizer.endOfTextId;
  if (id === undefined)
    throw new PromptTuningError("experiment", "Nothing stands before the answer, and the backbone has no token that begins a text.", { advice: "Put some text before the answer in the template.", setting: ["task", "template"] });
  return id;
}

function columnValue(fields: Readonly<Record<string, string>>, name: string): string {
  if (!Object.hasOwn(fields, name))
    throw new PromptTuningError("data", `The row has no text for the slot {${name}}.`, { advice: `Name its column under dataset.columns, for example "${name}": "${name}".` });
  return fields[name];
}

/**
 * Cuts the columns until they fit into `room` tokens together: the longest loses tokens from its end first (the first of
 * equally long ones). Returns how many were cut.
 */
function cutToFit(values: Int32Array[], isColumn: readonly boolean[], room: number): number {
  const lengths = values.map((ids, index) => (isColumn[index] ? ids.length : 0));
  let excess = lengths.reduce((sum, length) => sum + length, 0) - room;
  const cut = Math.max(0, excess);
  while (excess > 0) {
    const longest = lengths.indexOf(Math.max(...lengths));
    const second = Math.max(0, ...lengths.filter((_, index) => index !== longest));
    const loss = Math.min(excess, Math.max(1, lengths[longest] - second));
    lengths[longest] -= loss;
    excess -= loss;
  }
  if (cut > 0)
    values.forEach((ids, index) => {
      if (isColumn[index]) values[index] = ids.subarray(0, lengths[index]);
    });
  return cut;
}
