#!/usr/bin/env bash
# implicit 0.7.3 (Python), recommend(user, row, N) with N larger than the catalogue
# Guess: a shorter list, or a list filled up with -1.
# Seen:  items that the user has follow with the score -3.4028235e38, and then item 0 again and again with the score 0, which is above
#        theirs. Whoever maps ids to products shows product 0 many times; whoever sorts by score puts it before real answers.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv v; v/bin/pip install -q implicit==0.7.3 numpy==2.4.6 scipy==1.17.1
cat > run.py <<'PY'
import os
os.environ['OPENBLAS_NUM_THREADS'] = '1'
import numpy as np, scipy.sparse as sp
from implicit.cpu.als import AlternatingLeastSquares
likes = sp.csr_matrix((np.random.default_rng(1).random((30, 20)) < 0.3).astype(np.float32))
model = AlternatingLeastSquares(factors=8, iterations=5, random_state=3, num_threads=1)
model.fit(likes, show_progress=False)
own = likes[0].nnz
ids, scores = model.recommend(0, likes[0], N=25)
print('ids   ', ids.tolist())
print('scores', [float(f'{s:.3g}') for s in scores])
assert len(ids) == 25 and sorted(ids[:20]) == list(range(20))
assert (scores[20 - own:20] < -3e38).all() and (ids[20:] == 0).all() and (scores[20:] == 0).all()
PY
v/bin/python run.py
