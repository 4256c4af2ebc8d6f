export type { Bandit, BanditChoice, ChooseOptions, RoundState } from '../cold-start/bandits/bandit.ts';
export { type EpsilonGreedyOptions, type EpsilonGreedyState, epsilonGreedy } from '../cold-start/bandits/epsilon-greedy.ts';
export { type LinUcbOptions, type LinUcbState, linUcb } from '../cold-start/bandits/lin-ucb.ts';
export { type ThompsonOptions, type ThompsonState, thompsonSampling } from '../cold-start/bandits/thompson.ts';
export type {
  BridgeIndex,
  BridgeListOptions,
  BridgeRecommender,
  BridgeRequest,
  ContentBridgeOptions,
} from '../cold-start/bridge/bridge-options.ts';
export { type BridgeHistoryEntry, ContentBridge, contentBridge } from '../cold-start/bridge/content-bridge.ts';
export {
  type SegmentPopularity,
  type SegmentPopularityOptions,
  type SegmentRequest,
  segmentPopularity,
} from '../cold-start/segment-popularity.ts';
export {
  type ColdStart,
  type ColdStartOptions,
  coldStart,
  type SourceKnowledge,
  type SourceRole,
  type Strategy,
} from '../cold-start/strategy.ts';
