"""Reference values for the principal plane: numpy's singular value decomposition.

pip install numpy; python scripts/reference/pca.py > test/inspection/reference/pca.json
"""

import json

import numpy as np

print("[")
cases = [("few points, many columns", 7, 24), ("many points, few columns", 60, 5), ("as a prompt with its neighbours", 90, 40), ("two points", 2, 3)]
for number, (name, count, width) in enumerate(cases):
    random = np.random.default_rng(number)
    points = (random.normal(size=(count, width)) * np.linspace(3, 0.2, width) + random.normal(size=width)).astype(np.float32)
    wide = points.astype(np.float64)
    centred = wide - wide.mean(axis=0)
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    explained = singular**2 / (singular**2).sum()
    case = {
        "name": name,
        "numpy": np.__version__,
        "width": width,
        "points": [float(value) for value in points.ravel()],
        "mean": wide.mean(axis=0).tolist(),
        "axes": axes[:2].tolist(),
        "explained": explained[:2].tolist(),
    }
    print(json.dumps(case) + ("," if number + 1 < len(cases) else ""))
print("]")
