/** Runs, curves, artifacts and models on an MLflow tracking server, by its REST API. */
export type { MlflowOptions } from '../tracking/mlflow/mlflow-options.ts';
export { mlflowTracker } from '../tracking/mlflow/mlflow-tracker.ts';
