#!/usr/bin/env bash
# implicit 0.7.3 (Python), AlternatingLeastSquares
# Guess: a zero that is stored in the sparse matrix of users and items says the same as no entry.
# Seen:  it does not. An entry of confidence 0 takes the weight of 1 away that every other pair has, so the pair does not count at all,
#        and a matrix with stored zeros (left by a subtraction, a cut-off or a pivot table) trains another model. Call eliminate_zeros() first.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv v; v/bin/pip install -q implicit==0.7.3 numpy==2.4.6 scipy==1.17.1
cat > run.py <<'PY'
import os
os.environ['OPENBLAS_NUM_THREADS'] = '1'
import numpy as np, scipy.sparse as sp
from implicit.cpu.als import AlternatingLeastSquares
random = np.random.default_rng(1)
dense = (random.random((30, 20)) < 0.3).astype(np.float32)
plain = sp.csr_matrix(dense)
users, items = np.nonzero((dense == 0) & (random.random(dense.shape) < 0.3))
with_zeros = sp.csr_matrix((np.r_[plain.data, np.zeros(len(users), np.float32)], (np.r_[np.nonzero(dense)[0], users], np.r_[np.nonzero(dense)[1], items])), shape=dense.shape)
assert (plain != with_zeros).nnz == 0 and with_zeros.nnz > plain.nnz
def scores(matrix):
    model = AlternatingLeastSquares(factors=8, regularization=0.1, alpha=2, iterations=10, random_state=3, num_threads=1)
    model.fit(matrix, show_progress=False)
    return model.user_factors @ model.item_factors.T
cleaned = with_zeros.copy(); cleaned.eliminate_zeros()
a, b, c = scores(plain), scores(with_zeros), scores(cleaned)
print(f'equal matrices, {plain.nnz} and {with_zeros.nnz} stored: scores differ by up to {np.abs(a - b).max():.2f}; after eliminate_zeros by {np.abs(a - c).max():.2g}')
assert np.abs(a - b).max() > 0.5 and np.abs(a - c).max() < 1e-5
PY
v/bin/python run.py
