/** Runs, curves, artifacts and models on an MLflow tracking server, by its REST API. */
export { type MlflowOptions, mlflowTracker } from '../tracking/mlflow/mlflow-tracker.ts';
