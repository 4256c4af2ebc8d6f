export type { Bandit, BanditChoice, ChooseOptions, RoundState } from './bandits/bandit.ts';
export { type EpsilonGreedyOptions, type EpsilonGreedyState, epsilonGreedy } from './bandits/epsilon-greedy.ts';
export { type LinUcbOptions, type LinUcbState, linUcb } from './bandits/lin-ucb.ts';
export { type ThompsonOptions, type ThompsonState, thompsonSampling } from './bandits/thompson.ts';
export type { BridgeIndex, BridgeListOptions, BridgeRecommender, BridgeRequest, ContentBridgeOptions } from './bridge/bridge-options.ts';
export { ContentBridge, contentBridge } from './bridge/content-bridge.ts';
export {
  type SegmentPopularity,
  type SegmentPopularityOptions,
  type SegmentRequest,
  segmentPopularity,
} from './segment-popularity.ts';
export { type ColdStart, type ColdStartOptions, coldStart, type SourceKnowledge, type SourceRole, type Strategy } from './strategy.ts';
