"""DuckDB as a servant of the benchmark: one JSON request a line on stdin, one JSON answer a line.

`load` reads gzipped JSON lines of reviews and products into a new database file, keeps the newest rating of each pair, and makes the
indexes that the example has. Times are wall seconds and CPU seconds (user + system, all threads).
"""
import json
import os
import sys
import time

import duckdb


def load(reviews, products, database, threads):
    if os.path.exists(database):
        os.remove(database)
    wall, cpu = time.perf_counter(), time.process_time()
    connection = duckdb.connect(database, config={"threads": threads})
    connection.execute(
        f"""create table ratings as select row_number() over () as id, user_id, parent_asin, rating, timestamp, verified_purchase, helpful_vote
        from read_json('{reviews}', format = 'newline_delimited', columns = {{user_id: 'VARCHAR', parent_asin: 'VARCHAR', rating: 'DOUBLE',
        timestamp: 'BIGINT', verified_purchase: 'BOOLEAN', helpful_vote: 'INTEGER'}})
        qualify row_number() over (partition by user_id, parent_asin order by timestamp desc) = 1"""
    )
    connection.execute(f"create table products as select * from read_json('{products}', format = 'newline_delimited')")
    connection.execute("create unique index pairs on ratings (user_id, parent_asin)")
    for column in ("user_id", "parent_asin", "rating"):
        connection.execute(f"create index by_{column} on ratings ({column})")
    rows = connection.execute("select count(*) from ratings").fetchone()[0]
    connection.close()
    return {"rows": rows, "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "version": duckdb.__version__}


for line in sys.stdin:
    request = json.loads(line)
    request.pop("do")
    try:
        answer = load(**request)
    except Exception as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
