export { als, index, popular } from './shop.ts';
export const heldOut = Array.from({ length: 10 }, (_, u) => ({
  request: { user: `A${u}` },
  items: [`B${String(u * 2).padStart(2, '0')}`],
}));
