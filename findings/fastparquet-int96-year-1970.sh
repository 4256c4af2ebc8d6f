#!/usr/bin/env bash
# fastparquet 2026.9.0 with pandas 3.1.1 (PyPI), to_parquet(engine='fastparquet', times='int96'), as Spark and Impala want times
# Guess: times come back as they were written, or are refused.
# Seen:  without a word every time lands in January 1970: pandas 3 keeps times in microseconds, and fastparquet writes their number as one of
#        nanoseconds. pyarrow, DuckDB and attune read what stands there. Frames in nanoseconds (as_unit('ns')) and times='int64' are right.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv v; v/bin/pip install -q --disable-pip-version-check fastparquet==2026.9.0 pandas==3.1.1 pyarrow==26.0.1
cat > run.py <<'PY'
import pandas as pd, pyarrow.parquet as pq, warnings
warnings.simplefilter('ignore')
frame = pd.DataFrame({'time': pd.to_datetime(['2014-01-05 10:00:00', '2024-01-05 10:00:00'])})
def years(frame, times):
    frame.to_parquet('a.parquet', engine='fastparquet', times=times, index=False)
    return [time.year for time in pq.read_table('a.parquet')['time'].to_pylist()]
seen = {'unit': str(frame.time.dtype), 'int96': years(frame, 'int96'), 'int64': years(frame, 'int64')}
seen['int96 of nanoseconds'] = years(frame.assign(time=frame.time.dt.as_unit('ns')), 'int96')
print(seen)
assert seen == {'unit': 'datetime64[us]', 'int96': [1970, 1970], 'int64': [2014, 2024], 'int96 of nanoseconds': [2014, 2024]}, seen
PY
v/bin/python run.py
