export { als, index, newItems, popular, ratings as train } from './shop.ts';
export const trendingNow = () => [{ item: 'B03', score: 1 }];
export const clicked = true;
export const log = Array.from({ length: 20 }, (_, k) => ({ reward: k % 2, propensity: 0.5, target: k % 3 ? 0.4 : 0.6 }));
export const countryOf = (user: string) => (user < 'A5' ? 'JP' : 'DE');
