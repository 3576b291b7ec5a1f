"""Writes test/tasks/reference/metrics.json: measures of scikit-learn and of Google's rouge-score, for our own ones.

Run from the repository's root, in an environment with scikit-learn and rouge-score:
    python scripts/reference/metrics.py
"""
import json
import random
import re
import string
from importlib.metadata import version
from pathlib import Path

from rouge_score import rouge_scorer
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support


def classification_case(generator: random.Random, classes: int, items: int, kind: str) -> dict:
    known = list(range(classes))
    true_labels = known if kind == "all" else known[: max(1, classes // 2)]
    expected = [generator.choice(true_labels) for _ in range(items)]
    if kind == "constant":
        predicted = [classes - 1] * items
    else:
        predicted = [e if generator.random() < 0.6 else generator.choice(known) for e in expected]
    precision, recall, f1, support = precision_recall_fscore_support(expected, predicted, labels=known, zero_division=0)
    return {
        "classes": classes,
        "expected": expected,
        "predicted": predicted,
        "accuracy": accuracy_score(expected, predicted),
        "macroF1": f1_score(expected, predicted, labels=known, average="macro", zero_division=0),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "confusion": confusion_matrix(expected, predicted, labels=known).tolist(),
    }


def rouge_cases(generator: random.Random) -> list[dict]:
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    words = "the cat sat on a mat; Near THE river, and it's 3.50 dollars (cheap) snake_case e-mail".split(" ")
    pairs = [
        ("", ""),
        ("", "a word"),
        ("...", "a word"),
        ("same text", "same text"),
        ("no overlap here", "something else entirely"),
        ("The Eagle is a cheap coffee shop near Burger King.", "Near Burger King there is a cheap coffee shop, The Eagle."),
    ]
    for _ in range(40):
        pairs.append(tuple(" ".join(generator.choice(words) for _ in range(generator.randint(1, 25))) for _ in range(2)))
    return [{"generated": g, "reference": r, "rougeL": scorer.score(r, g)["rougeL"].fmeasure} for g, r in pairs]


def squad_normalize(text: str) -> str:
    """As in SQuAD's evaluate-v1.1.py."""
    text = "".join(character for character in text.lower() if character not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def squad_cases(generator: random.Random) -> list[dict]:
    pieces = ["The", "a", "an", "theatre", "Banana", "-", "'s", "...", "é", "à la carte", "  ", "\t", "\n", "3.5", "A_b", "the,cat", "«ok»", "猫", "an-the"]
    texts = ["", "the", "...", "A.N."] + ["".join(generator.choice(pieces) + generator.choice(["", " "]) for _ in range(generator.randint(1, 8))) for _ in range(60)]
    return [{"text": text, "normalized": squad_normalize(text)} for text in texts]


def main() -> None:
    generator = random.Random(3)
    shapes = [(2, 1), (2, 40), (3, 7), (5, 200), (12, 60)]
    reference = {
        "madeBy": {name: version(name) for name in ("scikit-learn", "rouge-score")},
        "classification": [classification_case(generator, c, n, kind) for c, n in shapes for kind in ("all", "half", "constant")],
        "rouge": rouge_cases(generator),
        "squad": squad_cases(generator),
    }
    target = Path("test/tasks/reference/metrics.json")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(reference, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
