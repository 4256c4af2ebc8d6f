#!/usr/bin/env bash
# mlflow 3.17.0 (mlflow-skinny with a SQLite store), several values of one metric at one step and one millisecond
# Guess: the run shows the value that was logged last, and the history is in the order of logging.
# Seen:  the run shows the largest value, and the history comes sorted by value: the latest is chosen by (step, time, value). A falling loss
#        that is logged faster than once a millisecond ends at its worst value. Later times at the same step mend it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv v; v/bin/pip install -q mlflow-skinny==3.17.0 sqlalchemy alembic
cat > run.py <<'PY'
from mlflow.entities import Metric
from mlflow.tracking import MlflowClient
client = MlflowClient('sqlite:///runs.db')
run = client.create_run(client.create_experiment('e')).info.run_id
now = 1_700_000_000_000
client.log_batch(run, metrics=[Metric('loss', value, now, 5) for value in (0.9, 0.5, 0.2)])
client.log_batch(run, metrics=[Metric('rising', value, now + k, 5) for k, value in enumerate((0.9, 0.5, 0.2))])
shown = client.get_run(run).data.metrics
history = [m.value for m in client.get_metric_history(run, 'loss')]
print('shown', shown, 'history', history)
assert shown == {'loss': 0.9, 'rising': 0.2} and history == [0.2, 0.5, 0.9]
PY
v/bin/python run.py 2>/dev/null
