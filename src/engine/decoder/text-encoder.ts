import type { Tensor } from "onnxruntime-node";
import type { EmbeddingTable } from "../embedding-table.js";
import type { Sequence } from "../program.js";
import type { DecoderConfiguration } from "./configuration.js";
import { batchFeeds, type Feeds } from "./feeds.js";
import type { KeptText } from "./kept-text.js";
import { planLanes } from "./lanes.js";

/** Most tokens (with padding) encoded in one pass: enough to fill the cores, small enough to bound memory. */
const tokensAPass = 2048;

export interface TextEncoderOptions {
  readonly configuration: DecoderConfiguration;
  readonly embeddings: EmbeddingTable;
  readonly run: (feeds: Feeds) => Promise<Readonly<Record<string, Tensor>>>;
}

/** Computes the keys and values of constant texts, several at once, sorted by length so that little is padded. */
export async function encodeTexts(texts: readonly Int32Array[], options: TextEncoderOptions): Promise<KeptText[]> {
  const order = texts.map((_, i) => i).sort((a, b) => texts[a].length - texts[b].length);
  const results = new Array<KeptText>(texts.length);
  for (let next = 0; next < order.length; ) {
    const group: number[] = [];
    while (next < order.length && (group.length === 0 || (group.length + 1) * texts[order[next]].length <= tokensAPass)) group.push(order[next++]);
    const encoded = await encodeGroup(group.map((i) => texts[i]), options);
    encoded.forEach((kept, i) => (results[group[i]] = kept));
  }
  return results;
}

async function encodeGroup(texts: readonly Int32Array[], { configuration, embeddings, run }: TextEncoderOptions): Promise<KeptText[]> {
  const sequences = texts.map((tokens): Sequence => ({ tokens, virtualTokens: new Int32Array(tokens.length).fill(-1), scored: [] }));
  const layout = { past: "none", pastLengths: texts.map(() => 0), sharedLength: 0 } as const;
  const outputs = await run(batchFeeds(planLanes(sequences, layout), { configuration, embeddings, virtualTokens: 0, scores: false }));

  const { layers, keyValueHeads, headSize } = configuration;
  const time = Math.max(...texts.map((tokens) => tokens.length));
  return texts.map((tokens, item) => {
    const block = tokens.length * headSize;
    const keysValues = new Float32Array(layers * 2 * keyValueHeads * block);
    for (let layer = 0; layer < layers; layer++) {
      for (const [part, name] of [[0, "key"], [1, "value"]] as const) {
        const source = outputs[`present.${layer}.${name}`].data as Float32Array;
        for (let head = 0; head < keyValueHeads; head++) {
          const from = (head * texts.length + item) * time * headSize;
          keysValues.set(source.subarray(from, from + block), ((layer * 2 + part) * keyValueHeads + head) * block);
        }
      }
    }
    return { tokens: tokens.slice(), keysValues };
  });
}
