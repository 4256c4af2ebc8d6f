import type { FastifyInstance } from 'fastify';
import { notFound } from '../domain/errors.ts';
import { trackingTypes } from '../domain/observations.ts';
import { type FeedbackType, feedbackTypes } from '../domain/people.ts';
import type { Shop } from '../domain/shop.ts';
import { HttpError } from '../http/errors.ts';
import { answer, errors, exampleItem, exampleUser, itemId, object, userId } from '../http/schemas.ts';

interface Feedback {
  user_id: string;
  item_id: string;
  type: FeedbackType | 'click';
  value?: number;
  recommendation_id?: string;
}

interface TrackingEvent {
  user_id: string;
  event_type: string;
  key: string;
  key_type: string;
  list_of_recommendations: string[];
  rating?: number;
  timestamp?: number;
  recommendation_id?: string;
}

const recommendationId = { type: 'string', maxLength: 2000, description: 'Of the list of a placement that this follows from.' } as const;

const feedback = object(
  {
    user_id: userId,
    item_id: itemId,
    type: {
      type: 'string',
      enum: [...feedbackTypes, 'click'],
      description: 'like, purchase, click and ratings from 3 count for the product, the others against it.',
    },
    value: { type: 'number', minimum: 0, maximum: 5, description: 'Stars from 1, of a rating, which needs them, or of a purchase.' },
    recommendation_id: recommendationId,
  },
  ['user_id', 'item_id', 'type'],
  { user_id: exampleUser, item_id: exampleItem, type: 'like' },
);

const trackingEvent = object(
  {
    user_id: userId,
    event_type: { type: 'string', enum: trackingTypes },
    key: {
      type: 'string',
      minLength: 1,
      maxLength: 256,
      description: 'What it is about, such as the name of a page; of a click or a purchase the product.',
    },
    key_type: { type: 'string', minLength: 1, maxLength: 64, description: 'What `key` is, such as product, page or section.' },
    list_of_recommendations: { type: 'array', maxItems: 1000, items: itemId, description: 'What was on show; may be empty.' },
    rating: { type: 'number', minimum: 1, maximum: 5, description: 'Stars that come with a purchase.' },
    timestamp: { type: 'integer', minimum: 0, maximum: 8.64e15, description: 'Milliseconds since 1970; default now.' },
    recommendation_id: recommendationId,
  },
  ['user_id', 'event_type', 'key', 'key_type', 'list_of_recommendations'],
  { user_id: exampleUser, event_type: 'click_product', key: exampleItem, key_type: 'product', list_of_recommendations: [exampleItem] },
);

/** Feedback whose value is stars, and how few there can be. */
const starred: readonly string[] = ['rating', 'purchase'];
const fewestStars = 1;

/** Events whose key is a product. What was on show is only remembered, and may have left the shop since. */
const aboutProducts: readonly string[] = ['click_product', 'purchase'];

/** The list that an event follows from. @throws when the name was not made here, or for somebody else */
function factsOf(shop: Shop, id: string, person: string) {
  const facts = shop.listIds.read(id);
  if (facts?.user !== person)
    throw new HttpError(400, 'ERR_VALIDATION', 'recommendation_id: expected that of a list which this user was given.');
  const { list, placement, variant } = facts;
  return { list, placement, ...(variant !== undefined && { variant }) };
}

const accepted = answer('Taken.', {
  status: { type: 'string', const: 'accepted' },
  id: { type: 'integer', description: 'Number of the event.' },
});

export function feedbackRoutes(app: FastifyInstance, shop: Shop): void {
  const tags = ['Feedback'];

  app.post<{ Body: Feedback }>(
    '/feedback',
    {
      schema: {
        tags,
        summary: 'What somebody thinks of a product; the next answer for them uses it',
        body: feedback,
        response: { 202: accepted, ...errors(400, 404) },
      },
    },
    async ({ body: { user_id, item_id, type, value, recommendation_id } }, reply) => {
      if (type === 'rating' && value === undefined) throw new HttpError(400, 'ERR_VALIDATION', 'A rating needs a value, its stars.');
      if (starred.includes(type) && value !== undefined && value < fewestStars)
        throw new HttpError(400, 'ERR_VALIDATION', `value: expected stars from ${fewestStars} to 5, got ${value}.`);
      if (!shop.catalogue.get(item_id)) throw notFound('product', item_id);
      const about = recommendation_id === undefined ? undefined : factsOf(shop, recommendation_id, user_id);
      const { id } = await shop.events.append({
        ...about,
        user: user_id,
        type: type === 'click' ? 'click_product' : type,
        item: item_id,
        value,
      });
      return reply.code(202).send({ status: 'accepted', id });
    },
  );

  app.post<{ Body: TrackingEvent }>(
    '/tracking/event',
    {
      schema: { tags, summary: 'What happened on a page', body: trackingEvent, response: { 202: accepted, ...errors(400, 404) } },
    },
    async ({ body: { user_id, event_type, recommendation_id, ...rest } }, reply) => {
      if (aboutProducts.includes(event_type) && !shop.catalogue.get(rest.key)) throw notFound('product', rest.key);
      const about = recommendation_id === undefined ? undefined : factsOf(shop, recommendation_id, user_id);
      const { id } = await shop.events.append({ ...rest, ...about, user: user_id, type: event_type });
      return reply.code(202).send({ status: 'accepted', id });
    },
  );
}
