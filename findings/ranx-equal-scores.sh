#!/usr/bin/env bash
# ranx 0.3.21 (PyPI), evaluate, a run whose scores are equal
# Guess: equal scores keep the order of the run, or fall by id as in trec_eval, whatever the length of the list.
# Seen:  a list of 10 keeps its order. In one of 20 the first item stands at rank 19 and the second at 18: scores are sorted by a quicksort,
#        which is not stable, so that figures of models with equal scores (counts, neighbours) depend on the length of the list.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv; venv/bin/pip install -q --disable-pip-version-check ranx==0.3.21
cat > run.py <<'PY'
from ranx import Qrels, Run, evaluate

def ranks(length):
    docs = [f'd{k:02d}' for k in range(length)]
    run = {'u': {doc: 1.0 for doc in docs}}
    return [round(1 / evaluate(Qrels({'u': {docs[at]: 1}}), Run(run), 'mrr')) for at in (0, 1, length - 1)]

seen = {length: ranks(length) for length in (10, 20)}
print(seen)
assert seen == {10: [1, 2, 10], 20: [19, 18, 20]}, seen
PY
venv/bin/python run.py
