export * from '../cold-start/index.ts';
export { type LoggedChoice, type OffPolicyOptions, type OffPolicyValue, offPolicyValue } from '../experiments/off-policy.ts';
