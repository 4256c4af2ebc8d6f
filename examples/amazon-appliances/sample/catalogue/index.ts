import { cooking } from './cooking.ts';
import { dishes } from './dishes.ts';
import { drinks } from './drinks.ts';
import { laundry } from './laundry.ts';
import type { ProductType } from './product-type.ts';
import { refrigeration } from './refrigeration.ts';

export type { Kind, ProductType, Topic } from './product-type.ts';

/** Every sort of product in the generated catalogue. */
export const productTypes: ProductType[] = [...refrigeration, ...cooking, ...dishes, ...laundry, ...drinks];
