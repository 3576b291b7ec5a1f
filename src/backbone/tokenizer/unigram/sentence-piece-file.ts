import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { maximumTokenLength, maximumVocabulary, tokenizerError } from "../definition.js";

export interface SentencePiece {
  readonly text: string;
  /** Log-probability. */
  readonly score: number;
  /** As `tokenTypes` of gguf-tokens.ts. */
  readonly type: number;
}

/** What is read of a SentencePiece model (sentencepiece_model.proto: ModelProto, TrainerSpec, NormalizerSpec). */
export interface SentencePieceFile {
  readonly pieces: readonly SentencePiece[];
  /** 1 is Unigram, 2 BPE. */
  readonly modelType: number;
  readonly byteFallback: boolean;
  readonly unknownId: number;
  readonly endOfTextId: number;
  readonly charsmap: Buffer;
  readonly addsSpaceBefore: boolean;
  readonly removesExtraSpaces: boolean;
}

/** @throws PromptTuningError kind "model" for bytes that are no such message. */
export function parseSentencePieceFile(bytes: Uint8Array): SentencePieceFile {
  const pieces: SentencePiece[] = [];
  // The defaults of the format.
  const trainer = { modelType: 1, byteFallback: false, unknownId: 0, endOfTextId: 2 };
  const normalizer = { charsmap: Buffer.alloc(0), addsSpaceBefore: true, removesExtraSpaces: true };
  try {
    readFields(bytes, {
      1: (reader) => {
        if (pieces.length >= maximumVocabulary) throw new RangeError(`it has more than ${maximumVocabulary} pieces`);
        pieces.push(readPiece(reader.bytes()));
      },
      2: (reader) =>
        readFields(reader.bytes(), {
          3: (field) => { trainer.modelType = field.int32(); },
          35: (field) => { trainer.byteFallback = field.bool(); },
          40: (field) => { trainer.unknownId = field.int32(); },
          42: (field) => { trainer.endOfTextId = field.int32(); },
        }),
      3: (reader) =>
        readFields(reader.bytes(), {
          2: (field) => { normalizer.charsmap = Buffer.from(field.bytes()); },
          3: (field) => { normalizer.addsSpaceBefore = field.bool(); },
          4: (field) => { normalizer.removesExtraSpaces = field.bool(); },
        }),
    });
  } catch (cause) {
    throw tokenizerError(`Its spiece.model is damaged: ${cause instanceof Error ? cause.message : String(cause)}.`, "Download the file again.", cause);
  }
  if (pieces.length === 0) throw tokenizerError("Its spiece.model holds no pieces.", "Download the file again.");
  return { pieces, ...trainer, ...normalizer };
}

function readPiece(bytes: Uint8Array): SentencePiece {
  const piece = { text: "", score: 0, type: 1 };
  readFields(bytes, {
    1: (field) => { piece.text = field.string(); },
    2: (field) => { piece.score = field.float(); },
    3: (field) => { piece.type = field.int32(); },
  });
  if (piece.text === "" || piece.text.length > maximumTokenLength) throw new RangeError(`a piece has ${piece.text.length} characters`);
  return piece;
}

/** Reads a message's known fields and passes over the others; a field of another type than its reader asks for is damage. */
function readFields(bytes: Uint8Array, readers: Readonly<Record<number, (reader: BinaryReader) => void>>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const read = Object.hasOwn(readers, number) ? readers[number] : undefined;
    if (!read || wireType === WireType.StartGroup || wireType === WireType.EndGroup) reader.skip(wireType, number);
    else {
      const start = reader.pos;
      read(reader);
      // What was read must be what the tag announced.
      const end = reader.pos;
      reader.pos = start;
      reader.skip(wireType, number);
      if (reader.pos !== end) throw new RangeError(`field ${number} is of another type`);
    }
  }
}
