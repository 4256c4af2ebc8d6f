import type { ProductRow } from 'attune';
import type { Subject } from '../pictures/index.ts';
import { type ProductCard, textsOf } from './catalogue.ts';

/** A product with everything that is known of it. */
export interface Product extends ProductCard {
  features: string[];
  description: string[];
  images: unknown[];
  categories: string[];
  details: Record<string, unknown>;
  /** Kept out of all lists. */
  hidden: boolean;
}

export function productOf(row: ProductRow, card: ProductCard, hidden: boolean): Product {
  const { details } = row;
  return {
    ...card,
    features: textsOf(row.features),
    description: textsOf(row.description),
    images: Array.isArray(row.images) ? row.images : [],
    categories: textsOf(row.categories),
    details: details !== null && typeof details === 'object' && !Array.isArray(details) ? (details as Record<string, unknown>) : {},
    hidden,
  };
}

/** What its picture is drawn from. */
export function subjectOf({ parent_asin, title, store, categories, details }: Product): Subject {
  const said = (name: string) => (typeof details[name] === 'string' ? (details[name] as string) : '');
  return { id: parent_asin, title, brand: store ?? said('Brand'), color: `${said('Color')} ${said('Finish')}`, categories };
}
