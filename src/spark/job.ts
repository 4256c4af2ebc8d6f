import type { Interactions } from '../data/interactions.ts';
import { readOptions, text } from '../options.ts';
import { jobChecks, mergePolicy, onCluster, type SparkAlsOptions, type SparkSource } from './options.ts';
import { faultsSql, idsSql, names, pairsSql, rowsSql } from './prepare-sql.ts';

/** Options of {@link sparkAlsJob}: those of `sparkAls` that concern the data and the training. */
export interface SparkAlsJobOptions
  extends Omit<SparkAlsOptions, 'cluster' | 'ca' | 'interactions' | 'sparkOptions' | 'threads' | 'onUnknown'> {
  /** Where the interactions are on the cluster. */
  interactions: Exclude<SparkSource, Interactions>;
  /** Folder for the result, as the cluster sees it. It is overwritten. */
  output: string;
}

/**
 * The text of a PySpark file that does the work of `sparkAls` on clusters without Spark Connect or before Spark 4 (3.2 and later), by
 * `spark-submit`. {@link fromSparkModel} reads its result.
 *
 * @example
 * await writeFile('als.py', sparkAlsJob({ interactions: 's3a://shop/interactions/', output: 's3a://shop/model/', rank: 64, alpha: 10 }));
 * // spark-submit als.py
 * @throws ERR_BAD_OPTION
 */
export function sparkAlsJob(options: SparkAlsJobOptions): string {
  const o = readOptions('sparkAlsJob', options, {
    ...jobChecks,
    interactions: onCluster('A job has no connection to this process: write them to a file that the cluster reads.'),
    output: text(),
  });
  const duplicates = mergePolicy('sparkAlsJob', o);
  const pairs = (value: string | undefined) => pairsSql({ ...o, duplicates, value });
  const { interactions: from } = o;
  const files = typeof from === 'string' ? { path: from } : 'path' in from ? from : undefined;
  const job = {
    files: files && { paths: [files.path].flat(), format: files.format ?? 'parquet', options: files.options ?? {} },
    query: 'query' in Object(from) ? (from as { query: string }).query : null,
    table: 'table' in Object(from) ? (from as { table: string }).table : null,
    value: o.value ?? null,
    pairs: { with: pairs(o.value ?? 'value'), without: pairs(undefined) },
    names,
    faults: faultsSql,
    steps: [
      [names.users, idsSql('u')],
      [names.items, idsSql('i')],
      [names.rows, rowsSql],
    ],
    refused: [
      ...(o.onBadRow === 'throw' ? ['without_user', 'without_item', 'without_value'] : []),
      'overflowed',
      ...(duplicates === 'error' ? ['repeated'] : []),
    ],
    als: {
      rank: o.rank,
      maxIter: o.iterations,
      regParam: o.regularization,
      implicitPrefs: o.implicit,
      alpha: o.alpha,
      seed: o.seed,
      numUserBlocks: o.blocks,
      numItemBlocks: o.blocks,
    },
    history: o.history,
    output: o.output,
    attune: { implicit: o.implicit, alpha: o.alpha, regularization: o.regularization },
  };
  return program.replace('JOB', () => pythonText(JSON.stringify(job)));
}

/** A text as a literal of Python and of ASCII alone. */
function pythonText(value: string): string {
  const ascii = value.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${ascii.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

const program = `# Trains Spark's ALS on interactions and writes factors, ids and history for attune's fromSparkModel. Run it with spark-submit.
import json
import sys

from pyspark.ml.recommendation import ALS
from pyspark.sql import SparkSession

job = json.loads(JOB)
names = job["names"]
spark = SparkSession.builder.appName("attune ALS").getOrCreate()

if job["files"]:
    source = spark.read.format(job["files"]["format"]).options(**job["files"]["options"]).load(job["files"]["paths"])
elif job["query"]:
    source = spark.sql(job["query"])
else:
    source = spark.table(job["table"])
source.createOrReplaceTempView(names["source"])

has_value = job["value"] is not None or "value" in [column.lower() for column in source.columns]
pairs = job["pairs"]["with" if has_value else "without"]
spark.sql("CACHE TABLE {} AS {}".format(names["pairs"], pairs))
faults = spark.sql(job["faults"]).first().asDict()
wrong = {name: faults[name] for name in job["refused"] if faults[name] > 0}
if wrong:
    sys.exit("The interactions have rows that cannot be used: {}".format(wrong))
for name, query in job["steps"]:
    spark.sql("CACHE TABLE {} AS {}".format(name, query))

rows = spark.table(names["rows"])
if rows.limit(1).count() == 0:
    sys.exit("There are no interactions.")
model = ALS(userCol="user", itemCol="item", ratingCol="value", **job["als"]).fit(rows)

output = job["output"].rstrip("/")
model.write().overwrite().save(output)
for name in ["users", "items"]:
    spark.table(names[name]).write.mode("overwrite").parquet("{}/{}".format(output, name))
if job["history"]:
    rows.write.mode("overwrite").parquet(output + "/history")
spark.createDataFrame([(json.dumps(job["attune"]),)], ["value"]).coalesce(1).write.mode("overwrite").text(output + "/attune")
spark.stop()
`;
