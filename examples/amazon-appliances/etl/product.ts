import { idOf, reservedItems } from './review.ts';
import { looksLikeCode, parsedText, plainText, textList } from './text.ts';
import { countOf, firstOf, numberOf, priceOf } from './values.ts';

/** A product as `product_catalog` keeps it, whatever the year of its file. */
export interface CatalogueEntry {
  item: string;
  title: string;
  main_category: string | null;
  average_rating: number | null;
  rating_number: number | null;
  price: number | null;
  store: string | null;
  features: string[];
  description: string[];
  images: ProductImage[];
  categories: string[];
  details: Record<string, unknown>;
}

export interface ProductImage {
  hi_res: string | null;
  large: string | null;
  thumb: string | null;
  variant: string | null;
}

/** What had to be repaired in a row. */
export type Repair = 'title made from brand and description' | 'price cannot be read';

/** The columns in which to look for each field, the first that is filled counts. */
export const productColumns = {
  item: ['parent_asin', 'asin', 'product_id', 'item_id', 'item'],
  title: ['title', 'name', 'product_title', 'product_name'],
  mainCategory: ['main_category', 'main_cat', 'product_group'],
  categories: ['categories', 'category', 'sub_category'],
  averageRating: ['average_rating', 'ratings', 'stars'],
  ratingNumber: ['rating_number', 'no_of_ratings', 'rating_count', 'ratingCount'],
  price: ['price', 'discount_price', 'actual_price', 'final_price'],
  store: ['store', 'brand', 'manufacturer'],
  features: ['features', 'feature', 'about_product'],
  description: ['description', 'product_description'],
};

/** The product in a metadata row of 2014, 2018 or 2023, or the rule that the row breaks. */
export function readProduct(row: Record<string, unknown>): { product: CatalogueEntry; repairs: Repair[] } | string {
  const item = idOf(firstOf(row, productColumns.item)) ?? asinInLink(firstOf(row, ['link', 'url', 'product_link']));
  if (item === undefined) return 'no product id';
  if (reservedItems.has(item)) return 'product id cannot be part of an address';
  const repairs: Repair[] = [];
  const details = readDetails(row);
  const store =
    plainText(firstOf(row, productColumns.store)).replace(/^by\s+/i, '') ||
    plainText(details.Brand ?? details.Manufacturer ?? details.Publisher);
  const categories = textList(firstOf(row, productColumns.categories));
  const description = textList(firstOf(row, productColumns.description));
  const given = firstOf(row, productColumns.title);
  let title = plainText(given);
  if (title === '' || looksLikeCode(title)) {
    title = titleFrom(store, description[0], categories) ?? `Product ${item}`;
    repairs.push('title made from brand and description');
  }
  const price = priceOf(firstOf(row, productColumns.price));
  if (price === null) repairs.push('price cannot be read');
  const average = numberOf(firstOf(row, productColumns.averageRating));
  const number = countOf(firstOf(row, productColumns.ratingNumber));
  return {
    product: {
      item,
      title,
      main_category: mainCategory(firstOf(row, productColumns.mainCategory)) ?? categories[0] ?? null,
      average_rating: average !== undefined && average >= 0 && average <= 5 ? average : null,
      rating_number: number !== undefined && number >= 0 ? Math.round(number) : null,
      price: price ?? null,
      store: store || null,
      features: textList(firstOf(row, productColumns.features)),
      description,
      images: readImages(row),
      categories,
      details,
    },
    repairs,
  };
}

/** A product without metadata that occurs only in ratings. */
export const bareProduct = (item: string): CatalogueEntry => ({
  item,
  title: `Product ${item}`,
  main_category: null,
  average_rating: null,
  rating_number: null,
  price: null,
  store: null,
  features: [],
  description: [],
  images: [],
  categories: [],
  details: {},
});

/** Two rows of one product: of each field the better one, where longer is better. */
export function mergeProducts(a: Known, b: Known): Known {
  const longer = <T extends { length: number }>(x: T, y: T) => (y.length > x.length ? y : x);
  const total = (list: string[]) => ({ list, length: list.reduce((sum, text) => sum + text.length, 0) });
  const betterTitle = a.repaired === b.repaired ? longer(a.product.title, b.product.title) : a.repaired ? b.product.title : a.product.title;
  return {
    repaired: a.repaired && b.repaired,
    product: {
      item: a.product.item,
      title: betterTitle,
      main_category: a.product.main_category ?? b.product.main_category,
      average_rating: a.product.average_rating ?? b.product.average_rating,
      rating_number: a.product.rating_number ?? b.product.rating_number,
      price: a.product.price ?? b.product.price,
      store: a.product.store ?? b.product.store,
      features: longer(total(a.product.features), total(b.product.features)).list,
      description: longer(total(a.product.description), total(b.product.description)).list,
      images: longer(a.product.images, b.product.images),
      categories: longer(a.product.categories, b.product.categories),
      details: { ...b.product.details, ...a.product.details },
    },
  };
}

/** A product, and whether its title is a makeshift. */
export interface Known {
  product: CatalogueEntry;
  repaired: boolean;
}

/** Brand and the beginning of the description, or the narrowest category: enough to know what it is. */
function titleFrom(store: string, description: string | undefined, categories: string[]): string | undefined {
  const sentence = description?.match(/^.{20,}?[.!?](?=\s|$)/)?.[0].replace(/[.!?]$/, '') ?? description;
  const what = sentence ? shorten(sentence, 90) : categories.at(-1);
  if (!what) return store || undefined;
  return store && !what.toLowerCase().startsWith(store.toLowerCase()) ? `${store}: ${what}` : what;
}

function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '');
  return `${cut.replace(/\s+\S*$/, '').replace(/[,;:\s]+$/, '')}…`;
}

/** In 2018 the main category can be the picture of its name. */
function mainCategory(value: unknown): string | undefined {
  const picture = typeof value === 'string' ? /<img[^>]*\balt="([^"]+)"/i.exec(value) : null;
  return plainText(picture ? picture[1] : value) || undefined;
}

function asinInLink(link: unknown): string | undefined {
  return typeof link === 'string' ? /\/(?:dp|gp\/product)\/([A-Z0-9]{10})(?=[/?#]|$)/.exec(link)?.[1] : undefined;
}

/** An object, JSON text of one, or the tables of 2018; keys lose the colons of the page they come from. */
function readDetails(row: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const source of [row.details, row.tech1, row.tech2].map(parsedText)) {
    if (typeof source !== 'object' || source === null || Array.isArray(source)) continue;
    for (const [key, value] of Object.entries(source)) {
      const name = plainText(key).replace(/\s*:$/, '').trim();
      const kept = typeof value === 'string' ? plainText(value) : value;
      if (name !== '' && name !== '__proto__' && kept !== '' && kept !== null) result[name] = kept;
    }
  }
  return result;
}

/** Objects (2023), a dict of arrays (2023 by way of Hugging Face), lists of links (2018), or one link (2014). */
function readImages(row: Record<string, unknown>): ProductImage[] {
  const images = parsedText(row.images);
  if (Array.isArray(images)) return images.map((it) => image(typeof it === 'string' ? { large: it } : it)).filter(isImage);
  if (images && typeof images === 'object') {
    const columns = images as Record<string, unknown[]>;
    const length = Math.max(0, ...Object.values(columns).map((column) => (Array.isArray(column) ? column.length : 0)));
    return Array.from({ length }, (_, k) =>
      image(Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column?.[k]]))),
    ).filter(isImage);
  }
  const small = links(row.imageURL ?? row.imUrl ?? row.image_url ?? row.image);
  const large = links(row.imageURLHighRes);
  return Array.from({ length: Math.max(small.length, large.length) }, (_, k) =>
    image({ hi_res: large[k], large: large[k] ?? small[k], thumb: small[k] }),
  ).filter(isImage);
}

function image(value: unknown): ProductImage {
  const it = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const link = (name: string) => links(it[name])[0] ?? null;
  return {
    hi_res: link('hi_res'),
    large: link('large'),
    thumb: link('thumb'),
    variant: typeof it.variant === 'string' ? it.variant : null,
  };
}

const isImage = (it: ProductImage) => it.large !== null || it.hi_res !== null || it.thumb !== null;

/** Only what a browser may load: other schemes, such as javascript:, are dropped. */
function links(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [parsedText(value)].flat();
  return list.filter((link): link is string => typeof link === 'string' && /^https?:\/\/\S+$/.test(link));
}
