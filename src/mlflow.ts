/** Runs, curves, artifacts and models on an MLflow tracking server, by its REST API. */
export { type MlflowOptions, mlflowTracker } from './evaluation/tracking/mlflow-tracker.ts';
