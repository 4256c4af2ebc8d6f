/** Relevance from logged clicks: a model of positions fitted by expectation maximization, and simulated sessions. */
export {
  type ClickModel,
  type ClickModelOptions,
  type ClickQuality,
  type ExpectedClicks,
  fitClickModel,
} from '../experiments/clicks/model.ts';
export type { ClickSession } from '../experiments/clicks/sessions.ts';
export {
  type Ranking,
  type SimulatedRanker,
  type SimulatedValue,
  type SimulateOptions,
  simulateClicks,
} from '../experiments/clicks/simulate.ts';
