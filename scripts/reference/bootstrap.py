"""Writes test/comparison/reference/bootstrap.json: percentile intervals of the mean of paired differences by
scipy.stats.bootstrap, and exact two-sided McNemar (binomial) p-values for the 0/1 cases.

Made with: python3 scripts/reference/bootstrap.py   (scipy 1.17.1, numpy of the same environment)
"""

import json
import os

import numpy as np
import scipy
from scipy import stats

RESAMPLES = 200_000


def case(name, differences):
    differences = np.asarray(differences, dtype=float)
    result = stats.bootstrap((differences,), np.mean, n_resamples=RESAMPLES, batch=2000, method="percentile", confidence_level=0.95, rng=np.random.default_rng(7))
    entry = {
        "name": name,
        "differences": differences.tolist(),
        "mean": float(differences.mean()),
        "interval": [float(result.confidence_interval.low), float(result.confidence_interval.high)],
        "standardError": float(result.standard_error),
    }
    wins, losses = int((differences == 1).sum()), int((differences == -1).sum())
    if wins + losses == np.count_nonzero(differences) and wins + losses > 0:
        entry["mcnemar"] = float(stats.binomtest(wins, wins + losses).pvalue)
    return entry


def signs(rows, wins, losses):
    return [1] * wins + [-1] * losses + [0] * (rows - wins - losses)


rng = np.random.default_rng(3)
cases = [
    case("accuracy, a clear gain", signs(400, 40, 12)),
    case("accuracy, a small gain", signs(400, 22, 16)),
    case("accuracy, a loss", signs(250, 9, 31)),
    case("accuracy, nearly every row differs", signs(120, 70, 45)),
    case("rougeL, continuous", np.round(rng.normal(0.03, 0.2, 300), 4)),
    case("rougeL, mostly alike", np.round(np.where(rng.random(500) < 0.1, rng.normal(0.1, 0.3, 500), 0.0), 4)),
]
target = os.path.join(os.path.dirname(__file__), "../../test/comparison/reference/bootstrap.json")
os.makedirs(os.path.dirname(target), exist_ok=True)
with open(target, "w") as file:
    json.dump({"made": f"scipy {scipy.__version__}, numpy {np.__version__}", "resamples": RESAMPLES, "cases": cases}, file)
    file.write("\n")
