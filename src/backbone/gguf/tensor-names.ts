import type { TensorConventions } from "../families/weight-origin.js";

/** Our names of weights → llama.cpp's (gguf-py, constants.py: TENSOR_NAMES). */
const names: Readonly<Record<string, string>> = {
  embeddings: "token_embd",
  position_embeddings: "position_embd",
  output: "output",
  final_norm: "output_norm",
  attention_norm: "attn_norm",
  query: "attn_q",
  key: "attn_k",
  value: "attn_v",
  fused_attention: "attn_qkv",
  query_norm: "attn_q_norm",
  key_norm: "attn_k_norm",
  attention_output: "attn_output",
  after_attention_norm: "post_attention_norm",
  feed_forward_norm: "ffn_norm",
  gate: "ffn_gate",
  up: "ffn_up",
  // Gate and up in one go by the name of up.
  fused_feed_forward: "ffn_up",
  down: "ffn_down",
  after_feed_forward_norm: "post_ffw_norm",
};

export const ggufTensorName: TensorConventions["name"] = (part, layer, kind) => `${layer === undefined ? "" : `blk.${layer}.`}${names[part]}.${kind}`;
