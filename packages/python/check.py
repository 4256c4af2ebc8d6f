"""What config/check-python.ts runs with the real packages: reads a model of attune, takes it to implicit, and brings one of implicit back."""

import json
import sys

import attune_models as am
import implicit
import numpy as np
from safetensors.numpy import load_file
from scipy.sparse import random as random_matrix

folder = sys.argv[1]
wanted = json.load(open(f"{folder}/wanted.json"))
model = am.read(f"{folder}/als.attune")
assert set(load_file(f"{folder}/als.attune")) == set(model["tensors"]), "the safetensors package sees other tensors"
for user, expected in wanted.items():
    got = am.scores(model, user)
    assert np.allclose(got, expected, rtol=1e-5, atol=1e-6), f"{user}: {got} for {expected}"
als, history = am.to_implicit(model)
index = model["users"].index("u1")
ids, _ = als.recommend(index, history[index], N=5, filter_already_liked_items=True)
seen = set(history[index].indices)
best = [k for k in np.argsort(-am.scores(model, "u1"), kind="stable") if k not in seen][:5]
assert list(ids) == best, f"implicit lists {list(ids)}, attune's scores {best}"

matrix = random_matrix(60, 40, 0.2, "csr", "f4", 3)
fitted = {}
for name, kind in (("als", implicit.als.AlternatingLeastSquares), ("bpr", implicit.bpr.BayesianPersonalizedRanking)):
    trained = kind(factors=8, iterations=3, random_state=1)
    trained.fit(matrix, show_progress=False)
    am.from_implicit(f"{folder}/{name}-implicit.attune", trained, range(60), [f"i{k}" for k in range(40)], matrix)
    found, values = trained.recommend(np.arange(60), matrix, N=5)
    fitted[name] = {"items": found.tolist(), "scores": values.astype(float).tolist()}
json.dump(fitted, open(f"{folder}/fitted.json", "w"))
assert am._xxh32(b"Nobody inspects the spammish repetition") == 0xE2293B2F
print(f"implicit {implicit.__version__}, numpy {np.__version__}: scores equal")
