import { useEffect, useState } from 'preact/hooks';
import { api, type Recommendation, type Said as ToldBefore } from '../lib/api.ts';
import { putInCart } from '../lib/cart.ts';
import { useLoading } from '../lib/loading.ts';
import { usePerson } from '../lib/person.ts';
import { listOf, track, useScrollEnd } from '../lib/tracking.ts';

const rowLength = 12;

/** What the visitor told us about this product, now or before. */
export interface Said extends ToldBefore {
  inCart?: boolean;
  error?: string;
}

/** All state of the product page, and what can be done to it. */
export function useProduct(id: string) {
  const [person, choosePerson] = usePerson();
  const [said, setSaid] = useState<Said>({});
  const product = useLoading(id, (signal) => api.product(id, signal));
  const exists = product.state === 'ready';
  const similar = useLoading(exists ? id : undefined, (signal) => api.similar(id, rowLength, signal));
  const alsoLiked = useLoading(exists ? id : undefined, (signal) => api.alsoLiked(id, rowLength, signal));
  const why = useLoading(exists ? `${person.id} ${id}` : undefined, (signal) =>
    api.explain(person.id, id, listOf(person.id, id), signal).catch(() => undefined),
  );
  const listed = (list: Recommendation[]) => list.map((it) => it.item_id);

  useEffect(() => {
    if (exists) track({ user_id: person.id, event_type: 'page_visit', key: id, key_type: 'product', list_of_recommendations: [] });
    setSaid({});
  }, [person.id, id, exists]);
  const before = why.state === 'ready' ? why.value?.said : undefined;
  useEffect(() => {
    if (before) setSaid((now) => ({ ...before, ...now }));
  }, [before]);
  const end = useScrollEnd(`${person.id} ${id}`, () =>
    track({
      user_id: person.id,
      event_type: 'scroll_end',
      key: id,
      key_type: 'product',
      list_of_recommendations: similar.state === 'ready' ? listed(similar.value.recommendations) : [],
    }),
  );

  const say = (change: Said, tell: () => Promise<unknown>) => {
    const before = said;
    setSaid({ ...said, error: undefined, ...change });
    tell().catch((error: Error) => setSaid({ ...before, error: error.message }));
  };
  return {
    person,
    product,
    similar,
    alsoLiked,
    why,
    said,
    end,
    choosePerson,
    search: (query: string) => location.assign(query ? `/?q=${encodeURIComponent(query)}` : '/'),
    opened: (to: string, list: string[]) =>
      track({ user_id: person.id, event_type: 'click_product', key: to, key_type: 'product', list_of_recommendations: list }),
    like: (liked: boolean) => say({ liked }, () => api.feedback({ user_id: person.id, item_id: id, type: liked ? 'like' : 'skip' })),
    toCart: () => {
      if (product.state !== 'ready') return;
      putInCart(product.value);
      setSaid({ ...said, inCart: true });
    },
    buy: () => {
      say({ bought: true }, () =>
        api.feedback({ user_id: person.id, item_id: id, type: 'purchase', recommendation_id: listOf(person.id, id) }),
      );
    },
    rate: (stars: number) => say({ stars }, () => api.feedback({ user_id: person.id, item_id: id, type: 'rating', value: stars })),
  };
}
