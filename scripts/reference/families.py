"""Tiny random models of every decoder family, as files and as reference values: for test/parity/families.test.ts and
the claim `models`.

Run from the repository's root:   python scripts/reference/families.py [FAMILY ...]
Made with Python 3.11, torch 2.13.0 (CPU), transformers 5.24.0, gguf 0.19.0, safetensors 0.8.0, accelerate (for reading GGUF). Everything it writes is
committed: test/parity/reference/families/FAMILY/
  folder/            what transformers' save_pretrained writes: config.json, tokenizer.json, weights in shards
  model.gguf         the same weights by the names and in the order that llama.cpp's converter gives them
  reference.json     token ids, places, targets and losses, in the form of smollm2.json
  reference.safetensors  logits.NAME [positions, vocabulary]; top.NAME [positions, 5]; gradient.CASE.prompt

Weights are drawn with a fixed seed and rounded to bfloat16, so that every file type holds the same ones. The values
are computed in float64 by transformers' own models (reference_values.py), one sequence at a time, rounded to float32 at the end;
how far PyTorch's own float32 is from them stands beside them. The settings are chosen so that everything a family adds
matters in a sequence of 30 tokens: small windows, low soft caps, scaled rotary embeddings. For the families whose GGUF
files transformers can read, the written file is read back and its weights are compared with the model's.
"""

import copy
import os
import shutil
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import gguf
import numpy as np
import torch
import transformers as hf
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from reference_values import VIRTUAL_TOKENS, greedy, mean_rows, new_index, write_reference
from smollm2 import embed, joined, leaves, scored, soft, words
from tiny_gguf import WORDS, letters, merges_for

OUT = Path(__file__).parents[2] / "test/parity/reference/families"
TABLE = letters()
MERGES = merges_for(WORDS, TABLE)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TOKENS = SPECIAL + [TABLE[byte] for byte in range(256)] + [left + right for left, right in MERGES]

COMMON = dict(vocab_size=len(TOKENS), hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=0, attn_implementation="eager")
GEMMA = COMMON | dict(head_dim=16, query_pre_attn_scalar=16, num_key_value_heads=1, sliding_window=7, rms_norm_eps=1e-6)
LLAMA3 = dict(rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)
YARN = dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=64)
LONG = dict(rope_type="longrope", rope_theta=10000.0, partial_rotary_factor=0.75, short_factor=[1.0, 1.1, 1.25, 1.5, 2.0, 3.0], long_factor=[1.0, 1.5, 2.5, 4.0, 8.0, 16.0], original_max_position_embeddings=64)

# By family (with what is added behind a plus): configuration, type of the safetensors' floats, of the GGUF's matrices.
CONFIGURATIONS = {
    "llama": (lambda: hf.LlamaConfig(**COMMON, rope_parameters=LLAMA3, tie_word_embeddings=True), torch.bfloat16, gguf.GGMLQuantizationType.BF16),
    "mistral": (lambda: hf.MistralConfig(**COMMON, head_dim=8, sliding_window=6), torch.float16, gguf.GGMLQuantizationType.BF16),
    "qwen2": (lambda: hf.Qwen2Config(**COMMON, tie_word_embeddings=True, rope_parameters=dict(rope_type="default", rope_theta=1e6)), torch.bfloat16, gguf.GGMLQuantizationType.BF16),
    "qwen2+yarn": (lambda: hf.Qwen2Config(**COMMON | dict(num_attention_heads=2, num_key_value_heads=1), tie_word_embeddings=True, rope_parameters=YARN), torch.bfloat16, gguf.GGMLQuantizationType.BF16),
    "qwen3": (lambda: hf.Qwen3Config(**COMMON, head_dim=16, rope_parameters=dict(rope_type="default", rope_theta=1e6)), torch.float32, gguf.GGMLQuantizationType.BF16),
    "gemma": (lambda: hf.GemmaConfig(**{key: value for key, value in GEMMA.items() if key not in ("query_pre_attn_scalar", "sliding_window")}), torch.bfloat16, gguf.GGMLQuantizationType.BF16),
    "gemma2": (lambda: hf.Gemma2Config(**GEMMA, attn_logit_softcapping=3.0, final_logit_softcapping=5.0), torch.bfloat16, gguf.GGMLQuantizationType.BF16),
    "gemma3": (
        lambda: hf.Gemma3TextConfig(**GEMMA | dict(num_hidden_layers=7), rope_parameters=dict(sliding_attention=dict(rope_type="default", rope_theta=10000.0), full_attention=dict(rope_type="linear", factor=8.0, rope_theta=1e6))),
        torch.bfloat16,
        gguf.GGMLQuantizationType.BF16,
    ),
    "phi3": (lambda: hf.Phi3Config(**COMMON | dict(num_key_value_heads=2, num_attention_heads=2), original_max_position_embeddings=64, sliding_window=9, rope_parameters=LONG), torch.float16, gguf.GGMLQuantizationType.BF16),
    "gpt2": (lambda: hf.GPT2Config(vocab_size=len(TOKENS), n_embd=32, n_layer=3, n_head=4, n_positions=256, bos_token_id=1, eos_token_id=2, pad_token_id=0, attn_implementation="eager"), torch.bfloat16, gguf.GGMLQuantizationType.BF16),
}
ARCHITECTURES = {"llama": "LLAMA", "mistral": "LLAMA", "qwen2": "QWEN2", "qwen2+yarn": "QWEN2", "qwen3": "QWEN3", "gemma": "GEMMA", "gemma2": "GEMMA2", "gemma3": "GEMMA3", "phi3": "PHI3", "gpt2": "GPT2"}


def random_model(configuration, seed):
    model = hf.AutoModelForCausalLM.from_config(configuration).eval()
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        draw = torch.randn(parameter.shape, generator=generator)
        around = 1.0 if "norm" in name or ".ln_" in name else 0.0
        if "gemma" in configuration.model_type or name.endswith("bias"):
            around = 0.0
        scale = 0.3 if parameter.ndim == 1 else 0.5 if "embed" in name or "wte" in name or "wpe" in name else 1.2 * parameter.shape[-1] ** -0.5
        if "gemma" in configuration.model_type and "embed" in name:
            scale = 0.2
        parameter.data = (around + scale * draw).bfloat16().float()
        parameter.requires_grad_(False)
    return model


def tokenizer(tokens=TOKENS, merges=MERGES):
    made = Tokenizer(models.BPE(vocab={token: index for index, token in enumerate(tokens)}, merges=merges))
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    made.decoder = decoders.ByteLevel()
    return hf.PreTrainedTokenizerFast(tokenizer_object=made, bos_token=SPECIAL[1], eos_token=SPECIAL[2])


def write_folder(folder, model, dtype):
    shutil.rmtree(folder, ignore_errors=True)
    # A copy: narrowing would also round the rotary frequencies and the embeddings' scale.
    copy.deepcopy(model).to(dtype).save_pretrained(folder, max_shard_size="40KB")
    tokenizer().save_pretrained(folder)
    for name in ("generation_config.json", "chat_template.jinja"):
        (folder / name).unlink(missing_ok=True)


def permute(weights, heads):
    return weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)


def write_gguf(file, family, model, matrix_type):
    """What convert_hf_to_gguf.py of llama.cpp does for these families."""
    configuration = model.config
    architecture = gguf.MODEL_ARCH[ARCHITECTURES[family]]
    writer = gguf.GGUFWriter(file, gguf.MODEL_ARCH_NAMES[architecture])
    layers, heads = configuration.num_hidden_layers, configuration.num_attention_heads
    key_value_heads = getattr(configuration, "num_key_value_heads", heads)
    head = getattr(configuration, "head_dim", None) or configuration.hidden_size // heads
    writer.add_name(f"Tiny random {family} for tests")
    writer.add_context_length(configuration.max_position_embeddings)
    writer.add_embedding_length(configuration.hidden_size)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(4 * configuration.hidden_size if family == "gpt2" else configuration.intermediate_size)
    writer.add_head_count(heads)
    if family == "gpt2":
        writer.add_layer_norm_eps(configuration.layer_norm_epsilon)
    else:
        writer.add_head_count_kv(key_value_heads)
        writer.add_layer_norm_rms_eps(configuration.rms_norm_eps)
        rope = configuration.rope_parameters.get("full_attention", configuration.rope_parameters)
        writer.add_rope_freq_base(rope["rope_theta"])
        if "gemma" in family or family == "qwen3":
            writer.add_key_length(head)
            writer.add_value_length(head)
        else:
            writer.add_rope_dimension_count(int(head * rope.get("partial_rotary_factor", 1)))
        if rope["rope_type"] == "linear":
            writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
            writer.add_rope_scaling_factor(rope["factor"])
        if rope["rope_type"] == "yarn":
            writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
            writer.add_rope_scaling_factor(rope["factor"])
            writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
        if rope["rope_type"] == "longrope":
            writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
            factor = configuration.max_position_embeddings / rope["original_max_position_embeddings"]
            writer.add_rope_scaling_attn_factors(float(np.sqrt(1 + np.log(factor) / np.log(rope["original_max_position_embeddings"]))))
            writer.add_tensor("rope_factors_short.weight", np.array(rope["short_factor"], np.float32))
            writer.add_tensor("rope_factors_long.weight", np.array(rope["long_factor"], np.float32))
        if rope["rope_type"] == "llama3":
            writer.add_tensor("rope_freqs.weight", llama3_factors(head, rope))
    if getattr(configuration, "sliding_window", None):
        writer.add_sliding_window(configuration.sliding_window)
    if family == "gemma2":
        writer.add_attn_logit_softcapping(configuration.attn_logit_softcapping)
        writer.add_final_logit_softcapping(configuration.final_logit_softcapping)
    writer.add_vocab_size(len(TOKENS))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(TOKENS)
    writer.add_token_types([gguf.TokenType.CONTROL] * len(SPECIAL) + [gguf.TokenType.NORMAL] * (len(TOKENS) - len(SPECIAL)))
    writer.add_token_merges([f"{left} {right}" for left, right in MERGES])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)

    names = gguf.get_tensor_name_map(architecture, layers)
    for name, parameter in model.named_parameters():
        values = parameter.detach().numpy()
        if family in ("llama", "mistral") and ".q_proj." in name:
            values = permute(values, heads)
        if family in ("llama", "mistral") and ".k_proj." in name:
            values = permute(values, key_value_heads)
        if "gemma" in family and name.endswith("norm.weight"):
            values = values + 1
        if family == "gpt2" and name.endswith(".weight") and ("c_attn" in name or "c_proj" in name or "c_fc" in name):
            values = values.T
        target = names.get_name(name, try_suffixes=(".weight", ".bias"))
        assert target, name
        values = np.ascontiguousarray(values, dtype=np.float32)
        if values.ndim == 2 and matrix_type == gguf.GGMLQuantizationType.BF16:
            writer.add_tensor(target, gguf.quants.quantize(values, matrix_type), raw_dtype=matrix_type)
        else:
            writer.add_tensor(target, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def llama3_factors(head, rope):
    """LlamaModel.generate_extra_tensors of convert_hf_to_gguf.py."""
    factors = []
    for frequency in 1.0 / (rope["rope_theta"] ** (torch.arange(0, head, 2, dtype=torch.float32) / head)):
        wavelength = 2 * np.pi / frequency.item()
        if wavelength < rope["original_max_position_embeddings"] / rope["high_freq_factor"]:
            factors.append(1.0)
        elif wavelength > rope["original_max_position_embeddings"] / rope["low_freq_factor"]:
            factors.append(rope["factor"])
        else:
            smooth = (rope["original_max_position_embeddings"] / wavelength - rope["low_freq_factor"]) / (rope["high_freq_factor"] - rope["low_freq_factor"])
            factors.append(1 / ((1 - smooth) / rope["factor"] + smooth))
    return np.array(factors, np.float32)


def read_back(file, model):
    """Largest difference of a weight after transformers' own reading of the GGUF file; what cannot be read says why."""
    try:
        read = hf.AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
    except Exception as error:  # noqa: BLE001
        return f"not read by transformers ({type(error).__name__}: {str(error)[:80]})"
    found = dict(read.named_parameters())
    return f"weights read back by transformers: largest difference {max((found[name] - right).abs().max().item() for name, right in model.named_parameters()):.1e}"


def texts(vocabulary):
    generator = torch.Generator().manual_seed(11)
    return [torch.randint(3, vocabulary, (length,), generator=generator).tolist() for length in (30, 5, 17)]


def gradient_cases(vocabulary):
    """Ragged batches of three sequences."""
    words_head = {"kind": "words", "tokenIds": [10, 20, vocabulary - 11]}
    places = {
        "prefix": lambda t: joined(soft(0, VIRTUAL_TOKENS), words(t)),
        "suffix": lambda t: joined(words(t[:-1]), soft(0, VIRTUAL_TOKENS), words(t[-1:])),
        "interleaved": lambda t: joined(words(t[:2]), soft(0, 2), words(t[2:]), soft(2, 2)),
    }
    cases = {f"{place}-words": {"head": words_head, "batch": [scored(make(t), [(0, i % 3)]) for i, t in enumerate(texts(vocabulary))]} for place, make in places.items()}
    cases["prefix-vocabulary"] = {"head": {"kind": "vocabulary"}, "batch": [scored(places["prefix"](t), [(-1, 50 + i), (0, 7 * i)]) for i, t in enumerate(texts(vocabulary))]}
    return cases


def run_case(model, case, prompt, matrix):
    trainables = leaves({"prompt": prompt})
    total = 0.0
    for sequence in case["batch"]:
        rows = torch.tensor([place["row"] for place in sequence["scored"]])
        logits = model(inputs_embeds=embed(sequence, trainables["prompt"], matrix)[None], logits_to_keep=rows).logits[0]
        loss = 0
        for scores, place in zip(logits, sequence["scored"]):
            if case["head"]["kind"] == "words":
                scores = scores[case["head"]["tokenIds"]]
            loss = loss + torch.nn.functional.cross_entropy(scores, torch.tensor(place["target"]))
        loss = loss / len(case["batch"])
        loss.backward()
        total += loss.item()
    return total, {"prompt": trainables["prompt"].grad}


def make(family, seed):
    configure, dtype, matrix_type = CONFIGURATIONS[family]
    folder = OUT / family
    folder.mkdir(parents=True, exist_ok=True)
    model = random_model(configure(), seed)
    write_folder(folder / "folder", model, dtype)
    write_gguf(folder / "model.gguf", family, model, matrix_type)
    print(f"{family}: {read_back(folder / 'model.gguf', model)}", flush=True)

    write_decoder_reference(folder / "reference", model, f"tiny random {family}, seed {seed}")


def write_decoder_reference(place, model, name, vocabulary=len(TOKENS)):
    """Writes place.json and place.safetensors; the model is in double precision afterwards."""
    every = torch.arange(vocabulary)
    index = new_index(name, vocabulary, {"ids": [[3, 4], [5, 6]], "bias": [0.0, 0.0]})

    def matrix_of():
        with torch.no_grad():
            return model.get_input_embeddings()(every)

    def logits_of(ids, positions):
        with torch.no_grad():
            return model(input_ids=torch.tensor([ids])).logits[0, positions]

    def sequence(ids, positions):
        return {"ids": ids, "positions": positions}, lambda: logits_of(ids, positions)

    def run(_, case, dtype):
        matrix = matrix_of()
        return run_case(model, case, mean_rows(index["prompt"], matrix, dtype), matrix)

    long, short, _ = texts(vocabulary)
    sequences = {"long": sequence(long, [0, 12, 29]), "short": sequence(short, [4])}
    continuations = {"short": lambda: greedy(short, lambda ids: logits_of(ids, -1), 24)}
    write_reference(place, model, index, sequences, gradient_cases(vocabulary), run, continuations)


if __name__ == "__main__":
    # What is added to a family has its seed, so that a new entry changes no other.
    plain = [name for name in CONFIGURATIONS if "+" not in name]
    for name in CONFIGURATIONS:
        if len(sys.argv) < 2 or name in sys.argv[1:]:
            make(name, 100 + plain.index(name.split("+")[0]))
