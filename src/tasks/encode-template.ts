import type { Tokenizer } from "../backbone/tokenizer/tokenizer.js";
import { PromptTuningError } from "../common/errors.js";
import { encodeText } from "./encode-text.js";
import { fitSlot, fitSlots, type SlotTokens } from "./fit-row.js";
import { type ColumnPiece, type SlotOptions, slotTokens, withinLength } from "./slot-tokens.js";
import { partsRead, type Template } from "./template.js";

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
  /** What a row that is too long does not fit: the backbone's context, or task.maxRowTokens. */
  readonly bound: "context" | "maxRowTokens";
}

/** A row up to the answer. T = tokens.length ≥ 1. */
export interface EncodedPrompt {
  /** Token ids [T]; −1 where a virtual token stands. */
  readonly tokens: Int32Array;
  /** Row of the soft prompt [T]; −1 where an ordinary token stands. */
  readonly virtualTokens: Int32Array;
  /** Tokens cut because of maxTokens. */
  readonly cutByMaximum: number;
  /** Tokens cut because the whole would not fit the backbone's context or task.maxRowTokens. */
  readonly cutByContext: number;
  /** Row of the mask token, where an encoder guesses the answer. */
  readonly maskRow?: number;
  /** Slots whose text lost tokens, passages among them. */
  readonly cutSlots: readonly string[];
  /** Retrieved passages: how many the row had, how many are left out, and the tokens lost (which the counts above leave out). */
  readonly passages: { readonly given: number; readonly leftOut: number; readonly lost: number };
}

export interface TemplateEncoderOptions extends SlotOptions {
  /** Longest sequence of the backbone, in tokens. */
  readonly contextLength: number;
  /** Whether the answer is read by a part of the backbone of its own: it takes no room beside the prompt, which ends as the tokenizer ends a text. */
  readonly answerApart?: boolean;
  /** Column → most tokens it may take; the end is cut. */
  readonly maxTokens?: Readonly<Record<string, number>>;
  /** Most tokens of the whole prompt, where that is less than the backbone's context leaves. */
  readonly maxRowTokens?: number;
  /** The only slots that may be cut to fit, in that order; the longest when absent. */
  readonly cut?: readonly string[];
  /** What an encoder's rows have that others do not. */
  readonly frame?: EncoderFrame;
  /** Tokens to keep free behind the prompt for the answer. */
  readonly answerTokens?: number;
}

/** What stands around every row of an encoder, and in the answer's place. */
export interface EncoderFrame {
  /** Ids as its tokenizer puts them around a text ([CLS] … [SEP]); a template that writes them itself has them where it says. */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  /** The token in the answer's place; absent where a light head reads the row. */
  readonly mask?: number;
}

type Piece =
  | { readonly type: "mask"; readonly id: number }
  | { readonly type: "ids"; readonly ids: Int32Array }
  | { readonly type: "soft"; readonly count: number; readonly firstRow: number }
  | ColumnPiece;

export function createTemplateEncoder(template: Template, options: TemplateEncoderOptions): TemplateEncoder {
  const { tokenizer, contextLength, maxRowTokens = Infinity } = options;
  const { pieces, answerSpace } = preparePieces(template, options);
  const answer = options.answerApart ? 0 : (options.answerTokens ?? 0);
  const contextRoom = contextLength - answer;
  const room = Math.min(contextRoom, maxRowTokens);
  const fixed = pieces.reduce((sum, piece) => sum + (piece.type === "ids" ? piece.ids.length : piece.type === "soft" ? piece.count : piece.type === "mask" ? 1 : 0), 0);
  if (fixed > contextRoom)
    throw new PromptTuningError("experiment", `The template alone takes ${fixed} tokens${answer > 0 ? ` and the answer ${answer}` : ""}; the backbone's context holds ${contextLength}.`, {
      advice: `Shorten the template's text or use fewer virtual tokens${answer > 0 ? ", or shorter answers" : ""}.`,
      setting: ["task", "template"],
    });
  if (fixed > room) throw new PromptTuningError("experiment", `The template alone takes ${fixed} tokens, and task.maxRowTokens is ${maxRowTokens}.`, { advice: "Raise it, shorten the template's text or use fewer virtual tokens.", setting: ["task", "maxRowTokens"] });
  const columns = pieces.filter((piece) => piece.type === "column");

  return {
    bound: maxRowTokens < contextRoom ? "maxRowTokens" : "context",
    encode(fields) {
      const given = columns.map((piece) => slotTokens(piece, columnValue(fields, piece.name), options));
      const shortened = given.map((slot, index) => fitSlot(slot, columns[index].maximum));
      // What a column's own limit left of it is what has to fit beside the others.
      const limited = given.map((slot, index): SlotTokens => (shortened[index].lost === 0 ? slot : withinLength(slot, shortened[index].ids.length)));
      const fitted = fitSlots(limited, room - fixed, options.cut);
      const cut = { cutByMaximum: 0, cutByContext: 0 };
      const passages = { given: 0, leftOut: 0, lost: 0 };
      given.forEach(({ parts, isContext }, index) => {
        if (!isContext) {
          cut.cutByMaximum += shortened[index].lost;
          cut.cutByContext += fitted[index].lost;
          return;
        }
        passages.given += parts.length;
        passages.leftOut += shortened[index].leftOut + fitted[index].leftOut;
        passages.lost += shortened[index].lost + fitted[index].lost;
      });
      const cutSlots = columns.filter((_, index) => shortened[index].lost + fitted[index].lost > 0).map(({ name }) => name);
      const told = { ...cut, cutSlots, passages };
      const length = fixed + fitted.reduce((sum, { ids }) => sum + ids.length, 0);
      if (length === 0) return { tokens: Int32Array.of(firstToken(tokenizer)), virtualTokens: Int32Array.of(-1), ...told };
      const tokens = new Int32Array(length).fill(-1);
      const virtualTokens = new Int32Array(length).fill(-1);
      let at = 0;
      let column = 0;
      let maskRow: number | undefined;
      for (const piece of pieces) {
        if (piece.type === "mask") {
          maskRow = at;
          tokens[at++] = piece.id;
        } else if (piece.type === "soft") for (let i = 0; i < piece.count; i++) virtualTokens[at++] = piece.firstRow + i;
        else {
          const ids = piece.type === "ids" ? piece.ids : fitted[column++].ids;
          tokens.set(ids, at);
          at += ids.length;
        }
      }
      return { tokens, virtualTokens, ...told, ...(maskRow === undefined ? {} : { maskRow }) };
    },
    answerText: (answer) => (answerSpace && !/^\s/u.test(answer) ? ` ${answer}` : answer),
  };
}

function preparePieces(template: Template, options: TemplateEncoderOptions): { pieces: Piece[]; answerSpace: boolean } {
  const { tokenizer, maxTokens = {} } = options;
  const { frame } = options;
  const parts = partsRead(template);
  const pieces: Piece[] = [];
  const begin = frame ? new Int32Array(0) : beginTokens(tokenizer);
  if (begin.length > 0) pieces.push({ type: "ids", ids: begin });
  let answerSpace = false;
  let space = false;
  parts.forEach((part, index) => {
    if (part.type === "text") {
      const next = parts[index + 1]?.type;
      space = part.hardPrompt !== true && part.text.endsWith(" ") && (next === "column" || next === "answer" || next === undefined);
      const ids = encodeText(tokenizer, space ? part.text.slice(0, -1) : part.text, true);
      if (ids.length > 0) pieces.push({ type: "ids", ids });
      return;
    }
    if (part.type === "column") pieces.push({ type: "column", name: part.name, space, maximum: Object.hasOwn(maxTokens, part.name) ? maxTokens[part.name] : Infinity });
    if (part.type === "soft") pieces.push(part);
    if (part.type === "answer") {
      answerSpace = space;
      if (frame?.mask !== undefined) pieces.push({ type: "mask", id: frame.mask });
    }
    space = false;
  });
  const isInside = parts.some(({ type }) => type === "answer");
  if (!isInside && frame?.mask !== undefined) pieces.push({ type: "mask", id: frame.mask });
  const end = options.answerApart ? endTokens(tokenizer) : [];
  if (end.length > 0) pieces.push({ type: "ids", ids: Int32Array.from(end) });
  return { pieces: frame ? framed(pieces, frame) : pieces, answerSpace: isInside ? answerSpace : space };
}

/** Puts an encoder's tokens around a row, those that the template does not write itself. */
function framed(pieces: readonly Piece[], { prefix, suffix }: EncoderFrame): Piece[] {
  const written = pieces.flatMap((piece) => (piece.type === "ids" ? [...piece.ids] : []));
  const last = pieces.at(-1);
  const ends = last?.type === "ids" && suffix.length > 0 && last.ids.at(-1) === suffix.at(-1);
  const around = (ids: readonly number[], isThere: boolean): Piece[] => (isThere || ids.length === 0 ? [] : [{ type: "ids", ids: Int32Array.from(ids) }]);
  return [...around(prefix, written.includes(prefix[0])), ...pieces, ...around(suffix, ends)];
}

/** The begin-of-text token, where the model's own tokenizer puts one in front of every text. It stands before everything else. */
function beginTokens(tokenizer: Tokenizer): Int32Array {
  const added = tokenizer.beginOfTextId === undefined ? undefined : tokenizer.encode("", { addSpecialTokens: true })[0];
  return added !== undefined && added === tokenizer.beginOfTextId ? Int32Array.of(added) : new Int32Array(0);
}

/** What the model's own tokenizer puts behind every text. */
function endTokens(tokenizer: Tokenizer): readonly number[] {
  return tokenizer.around?.suffix ?? [];
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
