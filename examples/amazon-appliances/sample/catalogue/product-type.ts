/** The appliance a household has; parts and accessories belong to one of these. */
export type Kind =
  | 'refrigerator'
  | 'range'
  | 'dishwasher'
  | 'washer'
  | 'dryer'
  | 'coffee maker'
  | 'ice maker'
  | 'range hood'
  | 'microwave'
  | 'garbage disposal';

/** What reviews of it are about. */
export type Topic =
  | 'large'
  | 'small'
  | 'waterFilter'
  | 'airFilter'
  | 'electrical'
  | 'mechanical'
  | 'seal'
  | 'plastic'
  | 'hose'
  | 'knob'
  | 'cleaner'
  | 'cover'
  | 'light'
  | 'brew';

/** One sort of product, described well enough to make thousands that differ. */
export interface ProductType {
  noun: string;
  kind: Kind;
  /** An appliance; a part that fits certain models; or something that fits all. */
  role: 'appliance' | 'part' | 'universal';
  topic: Topic;
  /** Categories below 'Appliances'. */
  path: string[];
  /** How many products there are of it, relative to the others. */
  share: number;
  /** How often it is bought, relative to the others. */
  demand: number;
  /** From a cheap one to a dear one, in dollars. */
  price: [low: number, high: number];
  sizes?: string[];
  colours?: string[];
  /** Short words for titles. */
  extras: string[];
  /** Sentences for the bullet list; {brand}, {noun}, {model}, {kind}, {size} and {colour} are filled in. */
  features: string[];
}

export const metals = ['Stainless Steel', 'Black', 'White', 'Black Stainless Steel', 'Fingerprint Resistant Stainless', 'Slate'];

/** A list of types that share kind and category. */
export function types(
  kind: Kind,
  role: ProductType['role'],
  path: string[],
  list: (Omit<ProductType, 'kind' | 'role' | 'path'> & { leaf?: string })[],
): ProductType[] {
  return list.map(({ leaf, ...type }) => ({ kind, role, path: leaf ? [...path, leaf] : path, ...type }));
}
