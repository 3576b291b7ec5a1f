import type { Activation, EncoderArchitecture } from "../../../engine/encoder/configuration.js";

/** A family of encoders: how it computes, and what its files call things. Adding a family is adding one of these. */
export interface EncoderFamily {
  /** As BackboneDescription.family gives it. */
  readonly name: string;
  /** Models that people know it by. */
  readonly title: string;
  readonly architecture: EncoderArchitecture;
  /** config.json's model_type. */
  readonly modelTypes: readonly string[];
  /** What config.json calls the sizes. */
  readonly settings: EncoderSettings;
  /** Row of the table of positions that the first token takes; the rows before it stand for padding. */
  readonly firstPosition: number;
  /** What the body's tensors begin with; files of the bare model leave it out. */
  readonly prefix: string;
  readonly layers: string;
  /** Our names → its own, without ".weight" and ".bias". Those of a layer are named without it. */
  readonly names: Readonly<Record<string, string>>;
  /** The same of the masked-LM head, whose tensors lie beside the body: transform, norm, output. */
  readonly maskedHead: { readonly transform: string; readonly norm: string; readonly output: string; readonly outputBias: string };
  /** Activation of the masked-LM head, where it is not that of the layers. */
  readonly headActivation?: Activation;
  /** Projections that lie in one matrix, one below the other: queries, keys, values; and gate, up. */
  readonly fused: boolean;
}

/** Keys of config.json, where a family has names of its own; absent: it has no such setting. */
export interface EncoderSettings {
  readonly hiddenSize: string;
  readonly layers: string;
  readonly attentionHeads: string;
  readonly feedForwardSize: string;
  readonly activation: string;
  readonly normEpsilon?: string;
  readonly tokenTypes?: string;
  readonly normBias?: string;
  readonly attentionBias?: string;
  readonly feedForwardBias?: string;
  readonly headBias?: string;
}

const usualSettings: EncoderSettings = {
  hiddenSize: "hidden_size",
  layers: "num_hidden_layers",
  attentionHeads: "num_attention_heads",
  feedForwardSize: "intermediate_size",
  activation: "hidden_act",
  normEpsilon: "layer_norm_eps",
  tokenTypes: "type_vocab_size",
};

const bert: EncoderFamily = {
  name: "bert",
  title: "BERT, MiniLM",
  architecture: { norms: "after", gatedFeedForward: false, positions: "learned", firstAttentionNorm: true, finalNorm: false },
  modelTypes: ["bert"],
  settings: usualSettings,
  firstPosition: 0,
  prefix: "bert.",
  layers: "encoder.layer",
  names: {
    embeddings: "embeddings.word_embeddings",
    position_embeddings: "embeddings.position_embeddings",
    token_type_embeddings: "embeddings.token_type_embeddings",
    embedding_norm: "embeddings.LayerNorm",
    query: "attention.self.query",
    key: "attention.self.key",
    value: "attention.self.value",
    attention_output: "attention.output.dense",
    attention_norm: "attention.output.LayerNorm",
    up: "intermediate.dense",
    down: "output.dense",
    feed_forward_norm: "output.LayerNorm",
    pooler: "pooler.dense",
  },
  maskedHead: { transform: "cls.predictions.transform.dense", norm: "cls.predictions.transform.LayerNorm", output: "cls.predictions.decoder", outputBias: "cls.predictions.bias" },
  fused: false,
};

const roberta: EncoderFamily = {
  ...bert,
  name: "roberta",
  title: "RoBERTa",
  modelTypes: ["roberta"],
  firstPosition: 2,
  prefix: "roberta.",
  maskedHead: { transform: "lm_head.dense", norm: "lm_head.layer_norm", output: "lm_head.decoder", outputBias: "lm_head.bias" },
  // Whatever config.json says of the layers.
  headActivation: "gelu",
};

export const encoderFamilies: readonly EncoderFamily[] = [
  bert,
  {
    ...bert,
    name: "distilbert",
    title: "DistilBERT",
    modelTypes: ["distilbert"],
    settings: { hiddenSize: "dim", layers: "n_layers", attentionHeads: "n_heads", feedForwardSize: "hidden_dim", activation: "activation" },
    prefix: "distilbert.",
    layers: "transformer.layer",
    names: {
      embeddings: "embeddings.word_embeddings",
      position_embeddings: "embeddings.position_embeddings",
      embedding_norm: "embeddings.LayerNorm",
      query: "attention.q_lin",
      key: "attention.k_lin",
      value: "attention.v_lin",
      attention_output: "attention.out_lin",
      attention_norm: "sa_layer_norm",
      up: "ffn.lin1",
      down: "ffn.lin2",
      feed_forward_norm: "output_layer_norm",
    },
    maskedHead: { transform: "vocab_transform", norm: "vocab_layer_norm", output: "vocab_projector", outputBias: "vocab_projector.bias" },
  },
  roberta,
  { ...roberta, name: "xlm-roberta", title: "XLM-RoBERTa", modelTypes: ["xlm-roberta"] },
  {
    name: "modernbert",
    title: "ModernBERT",
    architecture: { norms: "before", gatedFeedForward: true, positions: "rotary", firstAttentionNorm: false, finalNorm: true },
    modelTypes: ["modernbert"],
    settings: {
      ...usualSettings,
      activation: "hidden_activation",
      normEpsilon: "norm_eps",
      tokenTypes: undefined,
      normBias: "norm_bias",
      attentionBias: "attention_bias",
      feedForwardBias: "mlp_bias",
      headBias: "classifier_bias",
    },
    firstPosition: 0,
    prefix: "model.",
    layers: "layers",
    names: {
      embeddings: "embeddings.tok_embeddings",
      embedding_norm: "embeddings.norm",
      attention_norm: "attn_norm",
      fused_attention: "attn.Wqkv",
      attention_output: "attn.Wo",
      feed_forward_norm: "mlp_norm",
      fused_feed_forward: "mlp.Wi",
      down: "mlp.Wo",
      final_norm: "final_norm",
    },
    maskedHead: { transform: "head.dense", norm: "head.norm", output: "decoder", outputBias: "decoder.bias" },
    fused: true,
  },
];

export function encoderFamilyOf(modelType: string): EncoderFamily | undefined {
  return encoderFamilies.find(({ modelTypes }) => modelTypes.includes(modelType));
}
