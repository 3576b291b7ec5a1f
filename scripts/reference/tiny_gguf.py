"""A tiny llama model for tests: test/fixtures/tiny.gguf.

Run from the repository's root:   python scripts/reference/tiny_gguf.py
Made with Python 3.11, gguf 0.19.0, numpy 2.4.6. The result is committed.

Two layers with random weights (seed 7), width 32, 4 heads over 2 key-value heads, a context of 256 tokens, F32,
tied embeddings. The vocabulary: 3 special tokens, the 256 bytes in GPT-2's letters, and what the merges below make
(among them " yes", " no", " spam" and " ham"). It knows nothing, but every code path of a real model runs in it, a
whole experiment in about a second.
"""

from pathlib import Path

import gguf
import numpy as np

WIDTH, LAYERS, HEADS, KEY_VALUE_HEADS, FEED_FORWARD, CONTEXT = 32, 2, 4, 2, 64, 256
HEAD = WIDTH // HEADS
WORDS = [" yes", " no", " spam", " ham", " the", " a", " good", " bad", " message", " is"]


def letters() -> dict[int, str]:
    """GPT-2's printable letter for every byte (bytes_to_unicode of openai/gpt-2, encoder.py)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {byte: chr(byte) for byte in printable}
    for byte in range(256):
        table.setdefault(byte, chr(256 + len(table) - len(printable)))
    return table


def merges_for(words: list[str], table: dict[int, str]) -> list[tuple[str, str]]:
    """Merges that build every word from left to right."""
    found: list[tuple[str, str]] = []
    for word in words:
        symbols = [table[byte] for byte in word.encode()]
        left = symbols[0]
        for right in symbols[1:]:
            if (left, right) not in found:
                found.append((left, right))
            left += right
    return found


def main() -> None:
    random = np.random.default_rng(7)
    table = letters()
    merges = merges_for(WORDS, table)
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokens = special + [table[byte] for byte in range(256)] + [left + right for left, right in merges]
    types = [gguf.TokenType.CONTROL] * len(special) + [gguf.TokenType.NORMAL] * (len(tokens) - len(special))

    file = Path("test/fixtures/tiny.gguf")
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_name("Tiny random llama for tests")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_VALUE_HEADS)
    writer.add_rope_dimension_count(HEAD)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([f"{left} {right}" for left, right in merges])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)

    def matrix(name: str, rows: int, columns: int, scale: float | None = None) -> None:
        values = random.standard_normal((rows, columns)) * (scale or columns**-0.5)
        writer.add_tensor(name, values.astype(np.float32))

    def norm(name: str) -> None:
        writer.add_tensor(name, (1 + 0.1 * random.standard_normal(WIDTH)).astype(np.float32))

    matrix("token_embd.weight", len(tokens), WIDTH, 0.3)
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        norm(f"{block}.attn_norm.weight")
        matrix(f"{block}.attn_q.weight", HEADS * HEAD, WIDTH)
        matrix(f"{block}.attn_k.weight", KEY_VALUE_HEADS * HEAD, WIDTH)
        matrix(f"{block}.attn_v.weight", KEY_VALUE_HEADS * HEAD, WIDTH)
        matrix(f"{block}.attn_output.weight", WIDTH, HEADS * HEAD)
        norm(f"{block}.ffn_norm.weight")
        matrix(f"{block}.ffn_gate.weight", FEED_FORWARD, WIDTH)
        matrix(f"{block}.ffn_up.weight", FEED_FORWARD, WIDTH)
        matrix(f"{block}.ffn_down.weight", WIDTH, FEED_FORWARD)
    norm("output_norm.weight")

    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{file}: {file.stat().st_size} bytes, {len(tokens)} tokens")


if __name__ == "__main__":
    main()
