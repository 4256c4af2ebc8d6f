#!/usr/bin/env bash
# duckdb 2.0.1 (PyPI), COPY ... (PARTITION_BY (...)), a column whose name has a blank
# Guess: read_parquet(..., hive_partitioning = true) gives the columns that were written.
# Seen:  the folder is called 'main%20category=...', and the column comes back as "main%20category", while values are unescaped: a query for
#        "main category" fails on DuckDB's own files. attune gives the name as it was.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv v; v/bin/pip install -q --disable-pip-version-check duckdb==2.0.1
cat > run.py <<'PY'
import duckdb, os
duckdb.sql("""copy (select 'u' as "user", 'Small Parts' as "main category") to 'set' (format parquet, partition_by ("main category"))""")
read = duckdb.sql("select * from read_parquet('set/*/*.parquet', hive_partitioning = true)")
print(os.listdir('set'), read.columns, read.fetchall())
assert read.columns == ['user', 'main%20category'] and read.fetchall() == [('u', 'Small Parts')]
PY
v/bin/python run.py
