export { products } from './embedders.ts';
