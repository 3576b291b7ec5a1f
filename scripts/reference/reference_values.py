"""How the scripts for families.py, encoders.py and encoder_decoders.py write reference values: reference.json and
reference.safetensors, computed in float64 by transformers' own models, with how far PyTorch's own float32 is from them.
"""

import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

from smollm2 import relative

VIRTUAL_TOKENS, TOP = 4, 5


def wide(model):
    """What transformers narrows to float32 whatever the model's type is stays in float64; the rotary angles stay its
    float32 ones, they are part of the model. The model itself is widened, too."""
    to, as_float, softmax = torch.Tensor.to, torch.Tensor.float, torch.nn.functional.softmax

    def keep(self, *arguments, **named):
        wanted = named.get("dtype", arguments[0] if arguments else None)
        return self if self.dtype == torch.float64 and wanted == torch.float32 else to(self, *arguments, **named)

    torch.Tensor.to = keep
    torch.Tensor.float = lambda self, *rest: self if self.dtype == torch.float64 else as_float(self, *rest)
    torch.nn.functional.softmax = lambda scores, dim=None, dtype=None, **_: softmax(scores, dim=dim)

    def restore():
        torch.Tensor.to, torch.Tensor.float, torch.nn.functional.softmax = to, as_float, softmax

    model.double()
    return restore


def new_index(name, vocabulary, head):
    """What reference.json begins with; the soft prompt's rows are drawn."""
    generator = torch.Generator().manual_seed(20)
    prompt = torch.randint(0, vocabulary, (2, VIRTUAL_TOKENS), generator=generator).tolist()
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    return {"model": name, "versions": versions, "stride": 1, "logits": {}, "greedy": {}, "gradients": {}, "prompt": prompt, "head": head}


def mean_rows(ids, matrix, dtype):
    """Row i is (E[a_i] + E[b_i]) / 2, rounded to float32 before it gets its type."""
    first, second = ids
    return ((matrix[first].float() + matrix[second].float()) / 2).to(dtype)


def greedy(start, logits_of, most):
    """What a model goes on with, up to where two tokens are nearly equally likely. logits_of(ids): the last position's."""
    made = []
    while len(made) < most:
        best = logits_of([*start, *made]).topk(2)
        if best.values[0] - best.values[1] < 1e-3:
            break
        made.append(best.indices[0].item())
    return made


def write_reference(place, model, index, sequences, cases, run_case, continuations={}):
    """
    sequences: by name, what the index says of a sequence, and a function that gives its logits [positions, vocabulary].
    cases: by name, as they stand in the index; run_case(name, case, dtype): the loss, and gradients by trainable.
    continuations: by the name of a sequence, a function that gives the ids the model goes on with.
    """
    single_logits = {name: logits_of() for name, (_, logits_of) in sequences.items()}
    single = {name: run_case(name, case, torch.float32) for name, case in cases.items()}
    restore = wide(model)
    tensors = {}
    for name, (described, logits_of) in sequences.items():
        logits = logits_of()
        assert logits.dtype == torch.float64
        top = logits.topk(TOP)
        tensors[f"logits.{name}"], tensors[f"top.{name}"] = logits, top.values
        error = (single_logits[name] - logits).abs().max().item()
        index["logits"][name] = {**described, "top": top.indices.tolist(), "logSumExp": logits.logsumexp(1).tolist(), "float32Error": error}
        print(f"  logits {name}: spread {logits.std().item():.2f}, float32 apart {error:.1e}", flush=True)
    for name, continuation in continuations.items():
        index["greedy"][name] = continuation()
        print(f"  greedy {name}: {len(index['greedy'][name])} tokens", flush=True)
    for name, case in cases.items():
        loss, gradients = run_case(name, case, torch.float64)
        single_loss, single_gradients = single[name]
        assert all(gradient.dtype == torch.float64 for gradient in gradients.values())
        errors = {"loss": abs(single_loss - loss) / loss, **{key: relative(single_gradients[key], gradient) for key, gradient in gradients.items()}}
        index["gradients"][name] = {**case, "loss": loss, "float32Error": errors}
        tensors.update({f"gradient.{name}.{key}": gradient for key, gradient in gradients.items()})
        print(f"  gradient {name}: loss {loss:.4f}, norm {gradients['prompt'].norm():.4f}, float32 apart {errors['prompt']:.1e}", flush=True)
    restore()
    save_file({name: values.float().contiguous() for name, values in tensors.items()}, f"{place}.safetensors", metadata={"format": "pt"})
    Path(f"{place}.json").write_text(json.dumps(index, separators=(",", ":")) + "\n")
