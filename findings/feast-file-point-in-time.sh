#!/usr/bin/env bash
# Feast 0.67.0 (PyPI) with its file offline store, point-in-time join of get_historical_features
# Guess: one row comes back for each row asked, with nulls where no value holds; of two values of one moment that with the later `created`
#        timestamp counts, as the documentation of created_timestamp_column says.
# Seen:  a row asked twice comes back once, and one whose values are all too old or too young does not come back at all (one of an id without
#        any values does). Of two values of one moment either counts: the sort by time that follows the sort by `created` is not stable.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv v; v/bin/pip install -q --disable-pip-version-check feast==0.67.0
cat > run.py <<'PY'
import os, warnings; warnings.filterwarnings('ignore'); os.environ['FEAST_USAGE'] = 'False'
from datetime import timedelta
import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.types import Float64
begin = pd.Timestamp('2026-01-01', tz='UTC'); day = timedelta(days=1)
rows = [{'item': f'i{k}', 'price': float(late), 'event_timestamp': begin + k % 7 * day, 'created': begin + (30 + late) * day} for k in range(500) for late in (1, 0)]
pd.DataFrame(rows).to_parquet('items.parquet')
item = Entity(name='item', join_keys=['item'], value_type=ValueType.STRING)
view = FeatureView(name='items', entities=[item], ttl=2 * day, schema=[Field(name='price', dtype=Float64)],
                   source=FileSource(path='items.parquet', timestamp_field='event_timestamp', created_timestamp_column='created'))
store = FeatureStore(config=RepoConfig(project='p', registry='r.db', provider='local', offline_store={'type': 'file'}, entity_key_serialization_version=3))
store.apply([item, view])
def ask(rows): return store.get_historical_features(entity_df=pd.DataFrame(rows, columns=['item', 'event_timestamp']), features=['items:price']).to_df()
asked = [('i0', begin + day), ('i0', begin + day), ('i0', begin + 5 * day), ('i0', begin - day), ('none', begin + day)]
back = ask(asked); print(f'{len(asked)} rows asked: one twice, one too late, one too early, one of an unknown id; {len(back)} come back:', sorted(back.item))
assert sorted(back.item) == ['i0', 'none']
older = int((ask([(f'i{k}', begin + k % 7 * day) for k in range(500)]).price == 0).sum())
print(f'of 500 pairs of values of one moment, the one created first counts {older} times')
assert older > 0
PY
v/bin/python run.py
