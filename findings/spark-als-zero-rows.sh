#!/usr/bin/env bash
# Spark 3.5.7, pyspark.ml.recommendation.ALS with implicitPrefs=True (4.2.0 as well)
# Guess: a user with ratings of 0 only, which say nothing, gets zero factors.
# Seen:  at a low rank it does. Its regularization is regParam times the number of its positive ratings, here 0, so its equation is as regular
#        as the factors of the items: with a rank above the number of items the whole fit ends with "not positive definite" in LAPACK.
#        The same data without that user, or with a positive rating of it, fits at any rank.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv v; v/bin/pip install -q pyspark==3.5.7 numpy==2.4.6
cat > run.py <<'PY'
from pyspark.ml.recommendation import ALS
from pyspark.sql import SparkSession
spark = SparkSession.builder.master('local[1]').config('spark.ui.enabled', 'false').config('spark.sql.shuffle.partitions', '1').getOrCreate()
spark.sparkContext.setLogLevel('OFF')
schema = 'user int, item int, rating float'
rows = spark.createDataFrame([(k % 30, k * 7 % 20, float(1 + k % 3)) for k in range(200)], schema).coalesce(1).cache()
zeros = rows.union(spark.createDataFrame([(99, 1, 0.0), (99, 2, 0.0)], schema))
def fit(data, rank):
    als = ALS(implicitPrefs=True, userCol='user', itemCol='item', ratingCol='rating', numUserBlocks=1, numItemBlocks=1, seed=1, maxIter=5)
    try:
        return f'{als.setRank(rank).fit(data).userFactors.count()} users'
    except Exception as error:
        return 'not positive definite' if 'not positive definite' in str(error) else str(error)
seen = [fit(zeros, 4), fit(zeros, 25), fit(rows, 25)]
print(f'20 items; with a user of zeros: rank 4 {seen[0]}, rank 25 {seen[1]}; without: rank 25 {seen[2]}')
assert seen == ['31 users', 'not positive definite', '30 users'], seen
PY
export PYSPARK_PYTHON="$PWD/v/bin/python" SPARK_LOCAL_IP=127.0.0.1
v/bin/python run.py 2> /dev/null
