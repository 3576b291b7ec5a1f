import path from "node:path";
import type { Backbone } from "../../src/backbone/backbone.js";
import { small, worst } from "../parity/compare.js";
import { type EncoderFormat, encoderFormats, encoderNames, encoderParity, parityOfEncoder, withEncoder } from "../parity/encoders.js";
import { familyNames, familyParity, type FamilyParity, formatsOf, kinds, parityWith } from "../parity/families.js";
import { type HubVariant, hubVariants, roundedLimit, variantFamilies, variantParity } from "../parity/hub-variants.js";
import { withRealBackbone } from "../parity/real-backbone.js";
import { readParityReference, referenceFolder } from "../parity/reference.js";
import { equalTokenIds } from "../parity/token-ids.js";
import type { Claim, ClaimContext } from "./claim.js";

const limit = 1e-4;
/** Of log-probabilities of a real model: as the claim `logits` has it. */
const realLimit = 1e-3;

interface Row extends Omit<FamilyParity, "greedy" | "logProbabilities"> {
  /** Absent for a model without scores of words. */
  readonly logProbabilities?: number;
  /** Absent for an encoder, which writes nothing. */
  readonly greedy?: FamilyParity["greedy"];
  readonly family: string;
  readonly format: string;
  readonly weights: string;
  readonly limit: number;
  /** Largest error of a gradient as it trains, where activations are rounded to 8 bits; `gradient` is without that rounding. */
  readonly rounded?: number;
  /** Texts with the ids of the publisher's tokenizer, where it was compared. */
  readonly tokenizer?: { readonly equal: number; readonly of: number };
}

export const claim: Claim = {
  name: "models",
  summary: `Every family × format × variant that is read agrees with PyTorch: relative error of gradients by the soft prompt at most 1e-4 (${roundedLimit} where activations are rounded), of logits 1e-4 (real models 1e-3); real models' token ids equal on 10,000 strings.`,
  async run(context) {
    context.print("Tiny random models made by transformers (scripts/reference/families.py, encoders.py, encoder_decoders.py and hub_variants.py), and real ones; reference in float64, here float32. The log-probabilities of the whole vocabulary are compared.");
    const rows: Row[] = [];
    for (const kind of kinds) {
      for (const family of familyNames(context.root, kind)) {
        for (const format of formatsOf(context.root, family, kind)) {
          context.signal.throwIfAborted();
          rows.push({ family, format, weights: "tiny", limit, ...(await familyParity(context.root, family, format, kind)) });
          printRow(context, rows.at(-1)!);
        }
      }
    }
    for (const [name, family, file, digests] of [
      ["smollm2-135m-instruct", "llama", "smollm2", "smollm2"],
      ["gemma-3-270m", "gemma3", "gemma3", "gemma3"],
    ] as const) {
      rows.push(await realRow(context, name, family, file, digests));
      printRow(context, rows.at(-1)!);
    }
    for (const row of encoderRows(context)) {
      context.signal.throwIfAborted();
      rows.push(await row);
      printRow(context, rows.at(-1)!);
    }
    for (const family of variantFamilies(context.root)) {
      for (const variant of Object.keys(hubVariants) as HubVariant[]) {
        context.signal.throwIfAborted();
        rows.push({ family, format: `onnx ${variant}`, weights: "tiny", limit, ...(await variantParity(context.root, family, variant)) });
        printRow(context, rows.at(-1)!);
      }
    }
    const families = new Set(rows.map(({ family }) => family.split("+")[0])).size;
    const failed = rows.filter((row) => !holds(row));
    context.print(`${rows.length} rows, ${families} families; largest error of a gradient ${small(worst(rows.map(({ gradient }) => gradient)))}, of a tiny model's log-probabilities ${small(worst(rows.filter(({ weights }) => weights === "tiny").map(({ logProbabilities = 0 }) => logProbabilities)))}; where activations are rounded to 8 bits, of a gradient ${small(worst(rows.map(({ rounded = 0 }) => rounded)))} (limit ${roundedLimit})`);
    for (const row of failed) context.print(`NO  ${row.family} from ${row.format} (${row.weights})`);
    return failed.length === 0;
  },
};

function holds({ gradient, logProbabilities = 0, rounded = 0, greedy, tokenizer, limit: bound }: Row): boolean {
  return gradient <= limit && rounded <= roundedLimit && logProbabilities <= bound && (!greedy || greedy.equal === greedy.of) && (!tokenizer || tokenizer.equal === tokenizer.of);
}

function printRow({ print }: ClaimContext, row: Row): void {
  const { family, format, weights, gradient, logProbabilities, rounded, own, greedy, tokenizer } = row;
  const logits = logProbabilities === undefined ? "" : `, logits ${small(logProbabilities)} (${small(own.logits)})`;
  const trained = rounded === undefined ? "" : `, with activations rounded ${small(rounded)}`;
  const continued = greedy ? `, greedy continuation ${greedy.equal} of ${greedy.of}` : "";
  const ids = tokenizer ? `; token ids equal on ${tokenizer.equal} of ${tokenizer.of} strings` : "";
  print(`${holds(row) ? "yes" : "NO "} ${family.padEnd(10)} ${format.padEnd(14)} ${weights.padEnd(22)} gradient ${small(gradient)} (PyTorch in float32: ${small(own.gradient)})${trained}${logits}${continued}${ids}`);
}

/** Encoders: gradients by soft prompt and light head, under every pooling; tokenizers of all of them. */
function* encoderRows(context: ClaimContext): Generator<Promise<Row>> {
  const { root } = context;
  for (const family of encoderNames(root)) {
    for (const format of Object.keys(encoderFormats) as EncoderFormat[]) yield encoderRow(root, family, format);
  }
  yield withRealBackbone({ signal: context.signal }, async (backbone) => {
    const tokenizer = equalTokenIds(backbone.tokenizer, path.join(referenceFolder(root), "minilm-tokenizer.bin"));
    return { family: "bert", format: "safetensors", weights: "all-minilm-l6-v2", limit: realLimit, tokenizer, ...(await parityOfEncoder(backbone, readParityReference(root, "minilm"))) };
  }, "all-minilm-l6-v2");
}

async function encoderRow(root: string, family: string, format: EncoderFormat): Promise<Row> {
  const folder = path.join(referenceFolder(root), "encoders", family);
  // The export's tokenizer is the folder's.
  const tokenizer = format === "safetensors" ? await withEncoder(root, family, "folder", (backbone) => Promise.resolve(equalTokenIds(backbone.tokenizer, path.join(folder, "tokenizer.bin")))) : undefined;
  return { family, format, weights: "tiny", limit, tokenizer, ...(await encoderParity(root, family, format)) };
}

async function realRow({ root, signal }: ClaimContext, name: string, family: string, file: string, digests: "smollm2" | "gemma3"): Promise<Row> {
  return withRealBackbone({ signal }, async (backbone: Backbone) => {
    const parity = await parityWith(backbone, readParityReference(root, file));
    return { family, format: "gguf", weights: name, limit: realLimit, tokenizer: digests === "smollm2" ? equalTokenIds(backbone.tokenizer, path.join(root, "test/backbone/tokenizer/reference/digests.bin"), 3) : equalTokenIds(backbone.tokenizer, path.join(referenceFolder(root), "gemma3-tokenizer.bin")), ...parity };
  }, name);
}
