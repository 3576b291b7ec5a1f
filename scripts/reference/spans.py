"""Writes test/tasks/reference/spans.json: span measures of seqeval, in its default mode (which is conlleval's) and in its
strict mode with IOB2, for our own ones. The tags are drawn at random, so that most cases hold tags that are no proper BIO.

Run from the repository's root, in an environment with seqeval:
    python scripts/reference/spans.py
"""
import json
import random
import warnings
from importlib.metadata import version
from pathlib import Path

from seqeval.metrics import classification_report, f1_score, precision_score, recall_score
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import IOB2, Entities


def random_tags(generator: random.Random, types: list[str], words: int) -> list[str]:
    return [generator.choice(["O", "O", *(f"{prefix}-{kind}" for kind in types for prefix in "BI")]) for _ in range(words)]


def near(generator: random.Random, tags: list[str], types: list[str]) -> list[str]:
    """Most tags as they are, so that some spans are hit."""
    other = random_tags(generator, types, len(tags))
    return [tag if generator.random() < 0.75 else changed for tag, changed in zip(tags, other)]


def case(generator: random.Random, types: list[str], rows: int, longest: int) -> dict:
    expected = [random_tags(generator, types, generator.randint(1, longest)) for _ in range(rows)]
    predicted = [near(generator, tags, types) for tags in expected]
    strict = {"mode": "strict", "scheme": IOB2, "zero_division": 0}
    report = classification_report(expected, predicted, output_dict=True, zero_division=0)
    return {
        "expected": expected,
        "predicted": predicted,
        "precision": precision_score(expected, predicted, zero_division=0),
        "recall": recall_score(expected, predicted, zero_division=0),
        "f1": f1_score(expected, predicted, zero_division=0),
        "strictF1": f1_score(expected, predicted, **strict),
        "perType": {
            kind: {"precision": float(found["precision"]), "recall": float(found["recall"]), "f1": float(found["f1-score"]), "support": int(found["support"])}
            for kind, found in report.items()
            if not kind.endswith(" avg")
        },
    }


def spans(generator: random.Random, types: list[str]) -> dict:
    tags = random_tags(generator, types, generator.randint(1, 9))
    strict = [[entity.tag, entity.start, entity.end] for entity in Entities([tags], IOB2).entities[0]]
    return {"tags": tags, "default": [[kind, start, end + 1] for kind, start, end in get_entities(tags)], "strict": strict}


def main() -> None:
    warnings.filterwarnings("ignore")
    generator = random.Random(5)
    types = ["person", "creative-work", "weather/attribute"]
    reference = {
        "madeBy": {"seqeval": version("seqeval")},
        "spans": [spans(generator, types[: generator.randint(1, 3)]) for _ in range(120)],
        "cases": [case(generator, types[:kinds], rows, longest) for kinds, rows, longest in [(1, 1, 1), (1, 3, 4), (2, 10, 6), (3, 25, 8), (3, 60, 12), (3, 5, 2), (2, 40, 20)]],
    }
    Path("test/tasks/reference/spans.json").write_text(json.dumps(reference, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
