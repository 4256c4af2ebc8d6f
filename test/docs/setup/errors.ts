export { als, popular } from './shop.ts';
export const show = (_: unknown): void => {};
