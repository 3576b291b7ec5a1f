import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { mails, oddString } from "../../test/backbone/tokenizer/texts.js";
import type { Backbone } from "../../src/backbone/backbone.js";
import type { Tokenizer } from "../../src/backbone/tokenizer/tokenizer.js";
import { small, worst } from "../parity/compare.js";
import { familyNames, familyParity, type FamilyParity, formatsOf, kinds, parityWith } from "../parity/families.js";
import { withRealBackbone } from "../parity/real-backbone.js";
import { readParityReference, referenceFolder } from "../parity/reference.js";
import type { Claim, ClaimContext } from "./claim.js";

const limit = 1e-4;
/** Of log-probabilities of a real model: as the claim `logits` has it. */
const realLimit = 1e-3;
const texts = 10_000;
const digestBytes = 6;

interface Row extends FamilyParity {
  readonly family: string;
  readonly format: string;
  readonly weights: string;
  readonly limit: number;
  /** Texts with the ids of the publisher's tokenizer, where it was compared. */
  readonly tokenizer?: { readonly equal: number; readonly of: number };
}

export const claim: Claim = {
  name: "models",
  summary: "Every family × format that is read agrees with PyTorch: relative error of gradients by the soft prompt at most 1e-4, of logits 1e-4 (real models 1e-3); real models' token ids equal on 10,000 strings.",
  async run(context) {
    context.print("Tiny random models made by transformers (scripts/reference/families.py, encoder_decoders.py), and real ones; reference in float64, here float32. The log-probabilities of the whole vocabulary are compared.");
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
    const families = new Set(rows.map(({ family }) => family)).size;
    const failed = rows.filter((row) => !holds(row));
    context.print(`${rows.length} rows, ${families} families; largest error of a gradient ${small(worst(rows.map(({ gradient }) => gradient)))}, of a tiny model's log-probabilities ${small(worst(rows.filter(({ weights }) => weights === "tiny").map(({ logProbabilities }) => logProbabilities)))}`);
    for (const row of failed) context.print(`NO  ${row.family} from ${row.format} (${row.weights})`);
    return failed.length === 0;
  },
};

function holds({ gradient, logProbabilities, greedy, tokenizer, limit: bound }: Row): boolean {
  return gradient <= limit && logProbabilities <= bound && greedy.equal === greedy.of && (!tokenizer || tokenizer.equal === tokenizer.of);
}

function printRow({ print }: ClaimContext, row: Row): void {
  const { family, format, weights, gradient, logProbabilities, own, greedy, tokenizer } = row;
  const ids = tokenizer ? `; token ids equal on ${tokenizer.equal} of ${tokenizer.of} strings` : "";
  print(
    `${holds(row) ? "yes" : "NO "} ${family.padEnd(8)} ${format.padEnd(11)} ${weights.padEnd(22)} gradient ${small(gradient)} (PyTorch in float32: ${small(own.gradient)}), logits ${small(logProbabilities)} (${small(own.logits)}), greedy continuation ${greedy.equal} of ${greedy.of}${ids}`,
  );
}

async function realRow({ root, signal }: ClaimContext, name: string, family: string, file: string, digests: "smollm2" | "gemma3"): Promise<Row> {
  return withRealBackbone({ signal }, async (backbone: Backbone) => {
    const parity = await parityWith(backbone, readParityReference(root, file));
    return { family, format: "gguf", weights: name, limit: realLimit, tokenizer: compareIds(root, backbone.tokenizer, digests), ...parity };
  }, name);
}

/** Digests of the ids that the Python package tokenizers gave: see scripts/reference/tokenizer.py and gemma3.py. */
function compareIds(root: string, tokenizer: Tokenizer, which: "smollm2" | "gemma3"): Row["tokenizer"] {
  const [file, apart] =
    which === "smollm2" ? [path.join(root, "test/backbone/tokenizer/reference/digests.bin"), 3 * digestBytes] : [path.join(referenceFolder(root), "gemma3-tokenizer.bin"), digestBytes];
  const expected = readFileSync(file);
  let index = 0;
  let equal = 0;
  for (const text of referenceTexts()) {
    const found = createHash("sha256").update(text, "utf8").update(Uint8Array.of(255)).update(tokenizer.encode(text)).digest().subarray(0, digestBytes);
    if (found.equals(expected.subarray(index * apart, index * apart + digestBytes))) equal++;
    index++;
  }
  return { equal, of: texts };
}

function* referenceTexts(): Generator<string> {
  yield* mails(texts / 2);
  for (let index = 0; index < texts / 2; index++) yield oddString(index);
}
