#!/usr/bin/env bash
# faiss-cpu 1.15.1 (PyPI), IndexHNSWFlat.search with SearchParametersHNSW(sel=IDSelectorBitmap, efSearch=192)
# Guess: a search that is restricted to some ids finds nearly all of their nearest neighbours, as the unrestricted one does at the same efSearch,
#        whichever ids these are.
# Seen:  20,000 unit vectors of 32 dimensions, 10 neighbours each: the unrestricted search finds all. With 1 % of the ids allowed, all at one end of a
#        direction, and queries from the other end (as customers of one department asking for another), it finds none: every answer is -1, without an
#        error. The walk spends its efSearch on neighbours that the selector refuses.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv; venv/bin/pip install --quiet faiss-cpu==1.15.1 numpy==2.2.6
cat > run.py <<'PY'
import faiss, numpy as np
faiss.omp_set_num_threads(1)
random = np.random.default_rng(7)
rows = random.standard_normal((20_000, 32)).astype('float32')
rows[:, 0] *= 2
rows /= np.linalg.norm(rows, axis=1, keepdims=True)
order = np.argsort(rows[:, 0])
allowed, queries = np.sort(order[-200:]), rows[order[:200]]
index = faiss.IndexHNSWFlat(32, 16, faiss.METRIC_INNER_PRODUCT)
index.hnsw.efConstruction = 200
index.add(rows)

def recall(found, among):
    exact = among[np.argsort(-(queries @ rows[among].T), axis=1, kind='stable')[:, :10]]
    return np.mean([len(set(f) & set(e)) / 10 for f, e in zip(found.tolist(), exact.tolist())])

everything = np.arange(len(rows))
_, free = index.search(queries, 10, params=faiss.SearchParametersHNSW(efSearch=192))
bits = np.packbits(np.isin(everything, allowed), bitorder='little')
selector = faiss.IDSelectorBitmap(bits)
_, filtered = index.search(queries, 10, params=faiss.SearchParametersHNSW(sel=selector, efSearch=192))
print({'unrestricted': round(float(recall(free, everything)), 3), 'restricted': round(float(recall(filtered, allowed)), 3), 'missing': int((filtered < 0).sum())})
assert recall(free, everything) > .99
assert (filtered == -1).all()
PY
venv/bin/python run.py
