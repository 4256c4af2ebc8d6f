import { dots } from '../../etl/review.ts';

/** Pieces that the schemas of several routes are made of. */

/** In examples these stand for a user and a product that the shop has; the documentation names real ones. */
export const exampleUser = 'A-USER';
export const exampleItem = 'A-PRODUCT';

const id = (description: string, example: string) =>
  ({ type: 'string', minLength: 1, maxLength: 256, description, examples: [example] }) as const;

export const userId = { ...id('User id; any text but `.` and `..`, known or not.', exampleUser), not: { enum: [...dots] } } as const;
export const itemId = id('Product id, the `parent_asin` of the product.', exampleItem);

export const count = (description: string, fallback: number, maximum: number) =>
  ({ type: 'integer', minimum: 1, maximum, default: fallback, description }) as const;

/** An object that refuses what it does not know. @param example a valid one, for the documentation */
export const object = <P extends Record<string, unknown>>(properties: P, required: (keyof P & string)[] = [], example?: object) =>
  ({ type: 'object', properties, required, additionalProperties: false, ...(example && { examples: [example] }) }) as const;

/** An object of an answer, whose fields are always there but for those that are named. */
export const given = <P extends Record<string, unknown>>(properties: P, optional: (keyof P & string)[] = []) =>
  ({ type: 'object', properties, required: Object.keys(properties).filter((name) => !optional.includes(name)) }) as const;

export const listOf = <I>(items: I) => ({ type: 'array', items }) as const;

export const nullable = (type: string) => ({ type: [type, 'null'] }) as const;

/** What opens the routes of the administrator: a token or a key. */
export const adminSecurity: Record<string, string[]>[] = [{ token: [] }, { key: [] }];

/** What every card of a product shows. */
export const cardFields = {
  title: { type: 'string' },
  image_url: { type: 'string', description: 'A picture on this server.' },
  price: { ...nullable('number'), description: 'US dollars.' },
  average_rating: { ...nullable('number'), description: '1 to 5.' },
  rating_number: { ...nullable('integer'), description: 'How many ratings it has.' },
  store: nullable('string'),
  category: nullable('string'),
} as const;

export const productCard = given({ parent_asin: { type: 'string' }, main_category: nullable('string'), ...cardFields });

/** A product in a list, best first. */
export const listedProduct = given({ item_id: { type: 'string' }, score: { type: 'number' }, ...cardFields });

export const recommendation = given({
  ...listedProduct.properties,
  reasons: {
    ...listOf(given({ text: { type: 'string' }, kind: { type: 'string' } })),
    description: 'Why it is here, the weightiest first.',
  },
});

const error = given({ error: given({ code: { type: 'string' }, message: { type: 'string' }, details: {} }, ['details']) });

const meanings: Record<number, string> = {
  400: 'Something in the request is not valid.',
  401: 'Log in first: there is no valid token.',
  403: 'The token has another role.',
  404: 'There is no such thing.',
  409: 'It is being done already.',
  413: 'The body is too large.',
  414: 'The address is too long.',
  415: 'The body is no JSON.',
  500: 'It was tried, and failed.',
  429: 'Too many requests; `Retry-After` says how long to wait.',
  503: 'The model has not been trained yet.',
};

/** The error answers of a route, for its documentation. */
export const errors = (...statuses: number[]) =>
  Object.fromEntries(statuses.map((status) => [status, { description: meanings[status], ...error }]));

/** A successful answer that is not JSON. */
export const answerOf = (type: string, description: string) =>
  ({ description, content: { [type]: { schema: { type: 'string' } } } }) as const;

/** An answer that can also be asked for as another type. */
export const orAs = (type: string, { description, ...schema }: { description: string }) =>
  ({ description, content: { 'application/json': { schema }, [type]: { schema: { type: 'string' } } } }) as const;

/** A successful answer with a sentence about it, whose fields are always there but for those that are named. */
export const answer = <P extends Record<string, unknown>>(description: string, properties: P, optional?: (keyof P & string)[]) => ({
  description,
  ...given(properties, optional),
});
