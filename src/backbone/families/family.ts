import type { DecoderArchitecture } from "../../engine/decoder/configuration.js";

/** A family of decoders: how it computes, and what its files call things. Adding a family is adding one of these. */
export interface Family {
  /** As BackboneDescription.family gives it. */
  readonly name: string;
  /** Models that people know it by. */
  readonly title: string;
  readonly architecture: DecoderArchitecture;
  /** Whether embeddings are multiplied with √d. */
  readonly scaledEmbeddings: boolean;
  /** Which layers see a window only, where the model has one and the file does not list them. */
  readonly windowedLayers: "all" | "none" | { readonly wholeEvery: number };
  /** Projections that lie in one matrix, one below the other. */
  readonly fused: { readonly attention: boolean; readonly feedForward: boolean };
  readonly gguf: {
    /** general.architecture; absent where files of another family's name hold it. */
    readonly architecture?: string;
    /** Whether the rows of queries and keys were reordered for neighbouring pairs (see unpermuteRows). */
    readonly permuted: boolean;
    /** Base of the rotary embedding in windowed layers, where it differs and the file does not say it. */
    readonly windowRopeTheta?: number;
  };
  readonly huggingFace: {
    /** config.json's model_type. */
    readonly modelTypes: readonly string[];
    /** What every tensor's name begins with; files of the bare model leave it out. */
    readonly prefix: string;
    readonly layers: string;
    /** Our names → its own, without ".weight" and ".bias". */
    readonly names: Readonly<Record<string, string>>;
    /** Whether norm weights are stored as w where 1 + w is meant. */
    readonly normsAroundOne: boolean;
    /** Whether matrices are stored as [in, out] instead of PyTorch's usual [out, in]. */
    readonly inputFirst: boolean;
    readonly tiedUnlessTold: boolean;
  };
}

const plain: DecoderArchitecture = {
  normalization: "rms",
  activation: "silu",
  gatedFeedForward: true,
  attentionBias: false,
  attentionOutputBias: false,
  feedForwardBias: false,
  queryKeyNorms: false,
  sandwichNorms: false,
  positions: "rotary",
};

const llamaNames = {
  embeddings: "embed_tokens",
  final_norm: "norm",
  attention_norm: "input_layernorm",
  query: "self_attn.q_proj",
  key: "self_attn.k_proj",
  value: "self_attn.v_proj",
  fused_attention: "self_attn.qkv_proj",
  query_norm: "self_attn.q_norm",
  key_norm: "self_attn.k_norm",
  attention_output: "self_attn.o_proj",
  feed_forward_norm: "post_attention_layernorm",
  gate: "mlp.gate_proj",
  up: "mlp.up_proj",
  fused_feed_forward: "mlp.gate_up_proj",
  down: "mlp.down_proj",
};
const sandwichNames = { after_attention_norm: "post_attention_layernorm", feed_forward_norm: "pre_feedforward_layernorm", after_feed_forward_norm: "post_feedforward_layernorm" };

const llama: Family = {
  name: "llama",
  title: "Llama 2 and 3, SmolLM2",
  architecture: plain,
  scaledEmbeddings: false,
  windowedLayers: "all",
  fused: { attention: false, feedForward: false },
  gguf: { architecture: "llama", permuted: true },
  huggingFace: { modelTypes: ["llama"], prefix: "model.", layers: "layers", names: llamaNames, normsAroundOne: false, inputFirst: false, tiedUnlessTold: false },
};

const gemma: Family = {
  ...llama,
  name: "gemma",
  title: "Gemma",
  architecture: { ...plain, activation: "gelu" },
  scaledEmbeddings: true,
  windowedLayers: "none",
  gguf: { architecture: "gemma", permuted: false },
  huggingFace: { ...llama.huggingFace, modelTypes: ["gemma"], normsAroundOne: true, tiedUnlessTold: true },
};

export const families: readonly Family[] = [
  llama,
  {
    ...llama,
    name: "mistral",
    title: "Mistral",
    // llama.cpp writes Mistral's files as llama's.
    gguf: { permuted: true },
    huggingFace: { ...llama.huggingFace, modelTypes: ["mistral"] },
  },
  {
    ...llama,
    name: "qwen2",
    title: "Qwen 2 and 2.5",
    architecture: { ...plain, attentionBias: true },
    windowedLayers: "none",
    gguf: { architecture: "qwen2", permuted: false },
    huggingFace: { ...llama.huggingFace, modelTypes: ["qwen2"] },
  },
  {
    ...llama,
    name: "qwen3",
    title: "Qwen 3",
    architecture: { ...plain, queryKeyNorms: true },
    windowedLayers: "none",
    gguf: { architecture: "qwen3", permuted: false },
    huggingFace: { ...llama.huggingFace, modelTypes: ["qwen3"] },
  },
  gemma,
  {
    ...gemma,
    name: "gemma2",
    title: "Gemma 2",
    architecture: { ...gemma.architecture, sandwichNorms: true },
    windowedLayers: { wholeEvery: 2 },
    gguf: { architecture: "gemma2", permuted: false },
    huggingFace: { ...gemma.huggingFace, modelTypes: ["gemma2"], names: { ...llamaNames, ...sandwichNames } },
  },
  {
    ...gemma,
    name: "gemma3",
    title: "Gemma 3 (text)",
    architecture: { ...gemma.architecture, sandwichNorms: true, queryKeyNorms: true },
    windowedLayers: { wholeEvery: 6 },
    gguf: { architecture: "gemma3", permuted: false, windowRopeTheta: 10_000 },
    huggingFace: { ...gemma.huggingFace, modelTypes: ["gemma3_text"], names: { ...llamaNames, ...sandwichNames } },
  },
  {
    ...llama,
    name: "phi3",
    title: "Phi 3 and 4",
    fused: { attention: true, feedForward: true },
    gguf: { architecture: "phi3", permuted: false },
    huggingFace: { ...llama.huggingFace, modelTypes: ["phi3"] },
  },
  {
    ...llama,
    name: "gpt2",
    title: "GPT-2",
    architecture: { ...plain, normalization: "layer", activation: "gelu", gatedFeedForward: false, attentionBias: true, attentionOutputBias: true, feedForwardBias: true, positions: "learned" },
    windowedLayers: "none",
    fused: { attention: true, feedForward: false },
    gguf: { architecture: "gpt2", permuted: false },
    huggingFace: {
      modelTypes: ["gpt2"],
      prefix: "transformer.",
      layers: "h",
      names: {
        embeddings: "wte",
        position_embeddings: "wpe",
        final_norm: "ln_f",
        attention_norm: "ln_1",
        fused_attention: "attn.c_attn",
        attention_output: "attn.c_proj",
        feed_forward_norm: "ln_2",
        up: "mlp.c_fc",
        down: "mlp.c_proj",
      },
      normsAroundOne: false,
      inputFirst: true,
      tiedUnlessTold: true,
    },
  },
];

/** The family of a config.json's model_type. */
export function decoderFamilyOf(modelType: string): Family | undefined {
  return families.find(({ huggingFace }) => huggingFace.modelTypes.includes(modelType));
}

/** One sentence for messages: what is supported, by the names that files use. */
export function supportedFamilies(nameOf: (family: Family) => readonly string[]): string {
  const names = families.flatMap((family) => nameOf(family).map((name) => `${name} (${family.title})`));
  return `Supported are ${names.slice(0, -1).join(", ")} and ${names.at(-1)}.`;
}
