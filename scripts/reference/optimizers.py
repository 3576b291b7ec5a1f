"""Writes test/training/reference/optimizers.json: 20 steps of torch's and transformers' optimisers on fixed gradients,
the schedules of transformers, and gradients clipped by torch.

    python scripts/reference/optimizers.py      (needs torch and transformers)
"""

import json
import math
from pathlib import Path

import torch
import transformers

STEPS = 20
SHAPES = {"prompt": [3, 5], "head.bias": [4]}


def number(tensor):
    """Float32 values as the shortest decimals that read back to the same float32."""
    return [float(f"{value:.9g}") for value in tensor.flatten().tolist()]


def gradients(step):
    """Gradients over several magnitudes, a zero column among them."""
    generator = torch.Generator().manual_seed(100 + step)
    result = {}
    for name, shape in SHAPES.items():
        gradient = torch.randn(shape, generator=generator) * 10 ** torch.empty(shape).uniform_(-3, 1, generator=generator)
        if len(shape) == 2:
            gradient[:, 2] = 0
        result[name] = gradient
    return result


def initial():
    generator = torch.Generator().manual_seed(7)
    return {name: torch.randn(shape, generator=generator) for name, shape in SHAPES.items()}


def trajectory(make, learning_rate):
    """Values of every trainable after each step; the learning rate falls, so that it is seen to be used at each step."""
    values = {name: torch.nn.Parameter(tensor.clone()) for name, tensor in initial().items()}
    optimizer = make(list(values.values()), learning_rate)
    steps = []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * (1 - step / (2 * STEPS))
        for name, gradient in gradients(step).items():
            values[name].grad = gradient
        optimizer.step()
        steps.append({name: number(tensor.detach()) for name, tensor in values.items()})
    return steps


def adafactor(weight_decay):
    return lambda parameters, lr: transformers.Adafactor(
        parameters, lr=lr, eps=(1e-30, 1e-3), clip_threshold=1.0, decay_rate=-0.8, beta1=None,
        weight_decay=weight_decay, scale_parameter=False, relative_step=False, warmup_init=False)


CASES = [
    ("adamw", {"weightDecay": 0.0}, 0.01, lambda p, lr: torch.optim.AdamW(p, lr=lr, weight_decay=0.0)),
    ("adamw", {"weightDecay": 0.1}, 0.05, lambda p, lr: torch.optim.AdamW(p, lr=lr, weight_decay=0.1)),
    ("adafactor", {"weightDecay": 0.0}, 0.3, adafactor(0.0)),
    ("adafactor", {"weightDecay": 0.01}, 0.05, adafactor(0.01)),
    ("sgd", {"weightDecay": 0.0, "momentum": 0.0}, 0.1, lambda p, lr: torch.optim.SGD(p, lr=lr)),
    ("sgd", {"weightDecay": 0.01, "momentum": 0.9}, 0.02, lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9, weight_decay=0.01)),
]


def schedule(name, warmup, steps):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    make = {
        "constant": lambda: transformers.get_constant_schedule_with_warmup(optimizer, warmup),
        "linear": lambda: transformers.get_linear_schedule_with_warmup(optimizer, warmup, steps),
        "cosine": lambda: transformers.get_cosine_schedule_with_warmup(optimizer, warmup, steps),
    }[name]()
    factors = []
    for _ in range(steps):
        factors.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        make.step()
    return factors


def clipped(maximum):
    parameters = {name: torch.nn.Parameter(torch.zeros(shape)) for name, shape in SHAPES.items()}
    for name, gradient in gradients(0).items():
        parameters[name].grad = gradient
    norm = torch.nn.utils.clip_grad_norm_(parameters.values(), maximum)
    return {"maximum": maximum, "norm": norm.item(), "gradients": {n: number(p.grad) for n, p in parameters.items()}}


def main():
    reference = {
        "madeWith": {"torch": torch.__version__, "transformers": transformers.__version__},
        "shapes": SHAPES,
        "initial": {name: number(tensor) for name, tensor in initial().items()},
        "gradients": [{name: number(tensor) for name, tensor in gradients(step).items()} for step in range(STEPS)],
        "optimizers": [
            {"optimizer": name, "settings": settings, "learningRate": lr, "steps": trajectory(make, lr)}
            for name, settings, lr, make in CASES
        ],
        "schedules": [
            {"schedule": name, "warmup": warmup, "steps": steps, "factors": schedule(name, warmup, steps)}
            for name in ("constant", "linear", "cosine")
            for warmup, steps in ((0, 7), (1, 10), (4, 25))
        ],
        "clipping": [clipped(maximum) for maximum in (0.1, 1.0, 1e6)],
    }
    assert all(math.isfinite(v) for case in reference["optimizers"] for s in case["steps"] for t in s.values() for v in t)
    target = Path(__file__).resolve().parents[2] / "test" / "training" / "reference" / "optimizers.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(reference, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
