/** Training of factors on a Spark cluster: MLlib's ALS by Spark Connect, or by a job for spark-submit. */
export { type SparkEtlOptions, type SparkEtlSummary, sparkEtl } from '../spark/etl.ts';
export { type SparkAlsJobOptions, sparkAlsJob } from '../spark/job.ts';
export { fromSparkModel, type SparkModelOptions } from '../spark/saved-model.ts';
export { type SparkAlsOptions, type SparkFiles, type SparkQuery, type SparkSource, type SparkTable, sparkAls } from '../spark/spark-als.ts';
