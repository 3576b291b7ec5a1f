"""Reference values of SmolLM2-135M-Instruct for the claims `logits` and `gradient` and for test/parity.

Run from the repository's root:   python scripts/reference/smollm2.py PATH/TO/SmolLM2-135M-Instruct.Q4_1.gguf
Made with Python 3.11, torch 2.13.0 (CPU), transformers 5.23.0, gguf 0.19.0, safetensors 0.8.0.

The frozen model is the GGUF file, dequantised to float32 by transformers; attention is the plain one ("eager"). The
values are computed in float64 (normalisation and softmax are replaced, because transformers computes them in float32
in any case; the rotary angles stay its float32 ones, they are part of the model) and rounded to float32 at the end.
How far PyTorch's own float32 is from them is written beside them as `float32Error`: for the loss over the whole
vocabulary it is 9e-5, as far as the claim allows. Every sequence is run on its own, without padding, keys/values or
anything shared: the loss of a batch is the mean over its sequences, its gradient the sum of theirs. (The script also
runs each batch padded and prints the difference.) Nothing of this is shared with the TypeScript code, except the token
ids, which are fixed here and written to the index, so that no tokenizer takes part.

Writes to test/parity/reference/:
  smollm2.json          token ids, places, targets and losses; the ids of the most likely tokens; greedy continuations
  smollm2.safetensors   logits.NAME [positions, every 25th token]; top.NAME [positions, 100]; gradient.CASE.TENSOR
The soft prompt of the gradient cases is row i = (E[a_i] + E[b_i]) / 2 of the embedding matrix E, and so are the light
head's rows: one rounding each, so both sides have the same bits without the values being stored.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.models.llama import modeling_llama

OUT = Path(__file__).parents[2] / "test/parity/reference"
STRIDE = 25
TOP = 100
VIRTUAL_TOKENS = 20

LONG = (
    "A lighthouse keeper writes every evening what the sea has brought: planks, bottles, once a wooden horse without "
    "a head. He counts the ships that pass, their flags and their lights, and sends the list to the harbour on the "
    "first of the month. Nobody reads it. In 1987 a student found forty years of these lists in a cellar and began to "
    "type them into a computer, 12 pages a day, because she wanted to know whether the winters had become milder. The "
    "lists were good data: the same man, the same hour, the same tower. She drew a curve, and the curve rose; then she "
    "saw that the keeper had bought new glasses in 1961, and that from this year on he saw more ships in the fog than "
    "before. What had changed was not the weather but the eye that looked at it. She wrote both curves down, the one "
    "with the glasses and the one without, and under them a sentence that her teacher later read aloud in every "
    "lecture: before you ask what has happened to the world, ask what has happened to the instrument.\n\n"
    "Notes:\n- tower height: 38.5 m\n- lists: 480\n- missing months: 7 (March 1953, storm)\n\n"
    "def mean(values):\n    return sum(values) / len(values)\n\n"
    "Die Listen liegen heute im Archiv der Stadt; wer sie lesen will, braucht nur zu fragen. Ça ne coûte rien. "
    "灯台の記録は四十年分あります。 The end of the story is short: "
)

TEXTS = [
    "Meeting moved to ten.",
    "WINNER!! Claim your free prize now, reply with your bank details.",
    "Could you send me the slides from yesterday? I missed the second half of the talk.",
    "Congratulations, you have been selected for a loan of $50,000 at 0.9 % with no credit check whatsoever!",
    "The patch fixes the crash on start, but the tests of the parser still fail on my machine; see the log below and tell me what you think of it.",
]


def ids_of(tokenizer, text):
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def logit_sequences(tokenizer):
    """Name, ids, positions."""
    generator = torch.Generator().manual_seed(3)
    bos, eos = 1, 2
    chat = [bos, *ids_of(tokenizer, "user\nWhat is a prompt?"), eos, *ids_of(tokenizer, "\n"), bos, *ids_of(tokenizer, "assistant\n")]
    long = ids_of(tokenizer, LONG)
    noise = torch.randint(0, 49152, (64,), generator=generator).tolist()
    return [
        ("one", [5168], [0]),
        ("short", ids_of(tokenizer, "The capital of France is"), [0, 2, 4]),
        ("special", chat, [0, len(chat) // 2, len(chat) - 1]),
        ("noise", noise, [31, 63]),
        ("long", long, [len(long) // 2, len(long) - 1]),
    ]


def soft(first, count):
    return [-1] * count, list(range(first, first + count))


def words(ids):
    return list(ids), [-1] * len(ids)


def joined(*parts):
    tokens, virtual = [], []
    for part in parts:
        tokens += part[0]
        virtual += part[1]
    return tokens, virtual


def gradient_cases(tokenizer):
    """Ragged batches of five sequences, by place of the soft prompt and by head."""
    texts = [ids_of(tokenizer, " " + text) for text in TEXTS]
    head, tail = ids_of(tokenizer, "Message:"), ids_of(tokenizer, "\nSpam:")
    places = {
        "prefix": lambda t: joined(soft(0, 20), words(head + t + tail)),
        "suffix": lambda t: joined(words(head + t + tail[:1]), soft(0, 20), words(tail[1:])),
        "middle": lambda t: joined(words(head), soft(0, 20), words(t + tail)),
        "interleaved": lambda t: joined(soft(0, 12), words(head + t), soft(12, 8), words(tail)),
        "two-late": lambda t: joined(words(head + t), soft(0, 8), words(tail), soft(8, 12)),
    }
    verbalizer = [ids_of(tokenizer, word)[0] for word in (" no", " yes", " maybe")]
    answers = [ids_of(tokenizer, answer)[:3] for answer in (" no news today", " you won it", " please send slides", " a bad loan", " parser tests fail")]

    def words_case(place):
        return {"head": {"kind": "words", "tokenIds": verbalizer}, "batch": [scored(places[place](t), [(0, i % 3)]) for i, t in enumerate(texts)]}

    def vocabulary_case(place):
        batch = []
        for text, answer in zip(texts, answers):
            prompt = places[place](text)
            whole = joined(prompt, words(answer[:-1]))
            batch.append(scored(whole, [(-len(answer) + 1 + k, target) for k, target in enumerate(answer)]))
        return {"head": {"kind": "vocabulary"}, "batch": batch}

    def linear_case(place):
        return {"head": {"kind": "linear", "classes": 3}, "batch": [scored(places[place](t), [(0, (2 * i) % 3)]) for i, t in enumerate(texts)]}

    cases = {
        "prefix-words": words_case("prefix"),
        "suffix-words": words_case("suffix"),
        "middle-words": words_case("middle"),
        "two-late-words": words_case("two-late"),
        "prefix-vocabulary": vocabulary_case("prefix"),
        "suffix-vocabulary": vocabulary_case("suffix"),
        "interleaved-linear": linear_case("interleaved"),
    }
    # Labels of several tokens restrict what can stand at a place, and tasks may weigh rows.
    for item, row in enumerate(cases["two-late-words"]["batch"]):
        row["scored"][0].update({"allowed": [[0, 1], [1, 2], [0, 2], [0, 1, 2], [1, 2]][item], "weight": [1, 0.5, 2, 1, 0.25][item]})
    for row in cases["two-late-words"]["batch"]:
        place = row["scored"][0]
        if place["target"] not in place["allowed"]:
            place["target"] = place["allowed"][0]
    return cases


def scored(sequence, rows):
    """Rows count from the last position: (0, target) is the last one, (-1, target) the one before."""
    tokens, virtual = sequence
    return {"tokens": tokens, "virtualTokens": virtual, "scored": [{"row": len(tokens) - 1 + back, "target": target} for back, target in rows]}


def embed(sequence, prompt, matrix):
    tokens, virtual = torch.tensor(sequence["tokens"]), torch.tensor(sequence["virtualTokens"])
    return torch.where((virtual >= 0)[:, None], prompt[virtual.clamp(min=0)], matrix[tokens.clamp(min=0)])


def sequence_loss(model, case, sequence, hidden, trainables):
    """Weighted sum over the scored rows of -log p(target); hidden: final hidden states [T, d]."""
    head, loss = case["head"], 0
    for place in sequence["scored"]:
        state = hidden[place["row"]]
        if head["kind"] == "linear":
            scores = trainables["head.weight"] @ state + trainables["head.bias"]
        else:
            scores = model.lm_head(state)
            if head["kind"] == "words":
                scores = scores[head["tokenIds"]]
        allowed = place.get("allowed", list(range(len(scores))))
        target = torch.tensor(allowed.index(place["target"]))
        loss = loss + place.get("weight", 1) * torch.nn.functional.cross_entropy(scores[allowed], target)
    return loss


def leaves(values):
    return {name: value.clone().requires_grad_(True) for name, value in values.items()}


def one_by_one(model, case, values, matrix):
    trainables = leaves(values)
    total = 0.0
    for sequence in case["batch"]:
        hidden = model.model(inputs_embeds=embed(sequence, trainables["prompt"], matrix)[None]).last_hidden_state[0]
        loss = sequence_loss(model, case, sequence, hidden, trainables) / len(case["batch"])
        loss.backward()
        total += loss.item()
    return total, {name: leaf.grad for name, leaf in trainables.items()}


def padded(model, case, values, matrix):
    trainables = leaves(values)
    batch = case["batch"]
    time = max(len(sequence["tokens"]) for sequence in batch)
    rows, mask = [], torch.zeros(len(batch), time, dtype=torch.long)
    for item, sequence in enumerate(batch):
        row = embed(sequence, trainables["prompt"], matrix)
        mask[item, : len(row)] = 1
        rows.append(torch.cat([row, row.new_zeros(time - len(row), row.shape[1])]))
    hidden = model.model(inputs_embeds=torch.stack(rows), attention_mask=mask).last_hidden_state
    loss = sum(sequence_loss(model, case, sequence, hidden[item], trainables) for item, sequence in enumerate(batch)) / len(batch)
    loss.backward()
    return loss.item(), {name: leaf.grad for name, leaf in trainables.items()}


def compute_all_in_float64(model):
    """What transformers computes in float32 whatever the model's type is, computed in the tensors' own type."""

    def normalize(self, hidden):
        return self.weight * (hidden * torch.rsqrt(hidden.pow(2).mean(-1, keepdim=True) + self.variance_epsilon))

    softmax = torch.nn.functional.softmax
    modeling_llama.LlamaRMSNorm.forward = normalize
    torch.nn.functional.softmax = lambda scores, dim, dtype=None: softmax(scores, dim=dim)
    return model.double()


def values_of(index, case, matrix, dtype):
    """The trainables: means of float32 rows, then the type asked for."""
    mean = lambda ids: ((matrix[ids[0]] + matrix[ids[1]]) / 2).to(dtype)  # noqa: E731
    values = {"prompt": mean(index["prompt"])}
    if case["head"]["kind"] == "linear":
        values |= {"head.weight": mean(index["head"]["ids"]), "head.bias": torch.tensor(index["head"]["bias"], dtype=dtype)}
    return values


def relative(found, right):
    return ((found.double() - right).norm() / right.norm()).item()


def main():
    path = os.path.abspath(sys.argv[1])
    folder, name = os.path.split(path)
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32, attn_implementation="eager").eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    matrix = model.get_input_embeddings().weight.clone()
    tensors, index = {}, {"model": name, "versions": {"torch": torch.__version__, "transformers": transformers.__version__}}
    index["stride"], index["logits"], index["greedy"], index["gradients"] = STRIDE, {}, {}, {}
    generator = torch.Generator().manual_seed(20)
    draw = lambda count: torch.randint(0, 49152, (2, count), generator=generator).tolist()  # noqa: E731
    index["prompt"], index["head"] = draw(VIRTUAL_TOKENS), {"ids": draw(3), "bias": [0.125, -0.25, 0.5]}
    sequences, cases = logit_sequences(tokenizer), gradient_cases(tokenizer)

    def logits_of(ids, positions):
        with torch.no_grad():
            return model(input_ids=torch.tensor([ids])).logits[0, positions]

    single_logits = {key: logits_of(ids, positions) for key, ids, positions in sequences}
    single = {key: one_by_one(model, case, values_of(index, case, matrix, torch.float32), matrix) for key, case in cases.items()}
    model = compute_all_in_float64(model)
    wide_matrix = model.get_input_embeddings().weight

    for key, ids, positions in sequences:
        logits = logits_of(ids, positions)
        assert logits.dtype == torch.float64
        top = logits.topk(TOP)
        tensors[f"logits.{key}"] = logits[:, ::STRIDE].float().contiguous()
        tensors[f"top.{key}"] = top.values.float().contiguous()
        error = (single_logits[key] - logits).abs().max().item()
        index["logits"][key] = {"ids": ids, "positions": positions, "top": top.indices.tolist(), "logSumExp": logits.logsumexp(1).tolist(), "float32Error": error}
        print(f"logits {key}: {len(ids)} tokens, positions {positions}, most likely {tokenizer.decode(top.indices[-1, :3])!r}; float32 apart {error:.1e}", flush=True)

    for key, ids, _ in sequences:
        if key not in ("short", "special", "long"):
            continue
        made = []
        for _ in range(16):
            best = logits_of(ids + made, -1).topk(2)
            assert best.values[0] - best.values[1] > 1e-3, "a tie: choose another text"
            made.append(best.indices[0].item())
        index["greedy"][key] = made
        print(f"greedy {key}: {tokenizer.decode(made)!r}", flush=True)

    for key, case in cases.items():
        values = values_of(index, case, matrix, torch.float64)
        loss, gradients = one_by_one(model, case, values, wide_matrix)
        padded_loss, padded_gradients = padded(model, case, values, wide_matrix)
        single_loss, single_gradients = single[key]
        error = {"loss": abs(single_loss - loss) / loss} | {tensor: relative(single_gradients[tensor], gradient) for tensor, gradient in gradients.items()}
        lengths = [len(sequence["tokens"]) for sequence in case["batch"]]
        print(
            f"gradient {key}: lengths {lengths}, loss {loss:.6f}, norm {gradients['prompt'].norm():.4f}; padded: loss {padded_loss:.6f}, "
            f"gradient apart {relative(padded_gradients['prompt'], gradients['prompt']):.1e}; float32 apart {error}",
            flush=True,
        )
        index["gradients"][key] = {**case, "loss": loss, "float32Error": error}
        for tensor, gradient in gradients.items():
            assert gradient.dtype == torch.float64
            tensors[f"gradient.{key}.{tensor}"] = gradient.float().contiguous()

    OUT.mkdir(parents=True, exist_ok=True)
    save_file(tensors, OUT / "smollm2.safetensors", metadata={"format": "pt"})
    (OUT / "smollm2.json").write_text(json.dumps(index, separators=(",", ":")) + "\n")
    print({file.name: file.stat().st_size for file in sorted(OUT.iterdir())})


if __name__ == "__main__":
    main()
