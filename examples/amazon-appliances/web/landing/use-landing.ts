import { useEffect, useState } from 'preact/hooks';
import { api, type Recommendation, type Sort } from '../lib/api.ts';
import { chosenModel } from '../lib/choice.ts';
import { useLoading } from '../lib/loading.ts';
import { usePerson } from '../lib/person.ts';
import { cameFrom, track, useScrollEnd } from '../lib/tracking.ts';

/** What is looked at, as the address says it. */
export interface View {
  query: string;
  category: string;
  sort: Sort;
  page: number;
}

export const pageSize = 100;
const resultCount = 60;
const mostResults = 1200;
const rowLength = 18;

/** All state of the landing page, and what can be done to it. */
export function useLanding() {
  const [person, choosePerson] = usePerson();
  const [view, setView] = useState(readView);
  useEffect(() => {
    const back = () => setView(readView());
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, []);

  const searching = view.query !== '';
  const forYou = useLoading(`for ${person.id}`, (signal) => api.recommendations(person.id, rowLength, chosenModel(), signal));
  // A user nobody can know: what everybody likes, whoever is looking.
  const popular = useLoading('popular', (signal) => api.recommendations('visitor-unknown', rowLength, 'popular', signal));
  const history = useLoading(`history ${person.id}`, (signal) => api.history(person.id, signal));
  const categories = useLoading('categories', api.categories);
  const wanted = Math.min(mostResults, view.page * resultCount);
  // One more than is shown tells whether there are more.
  const found = useLoading(searching ? `${view.query}|${wanted}` : undefined, (signal) => api.search(view.query, wanted + 1, signal));
  const catalogue = useLoading(searching ? undefined : `${view.category}|${view.sort}|${view.page}`, (signal) =>
    api.products({ page: view.page, page_size: pageSize, category: view.category || undefined, sort: view.sort }, signal),
  );

  const pages = catalogue.state === 'ready' ? catalogue.value.pages : 0;
  useEffect(() => {
    // An old address may name a page that is no longer there.
    if (searching || pages === 0 || view.page <= pages) return;
    const last = { ...view, page: pages };
    history_.replace(last);
    setView(last);
  }, [pages, view, searching]);

  const recommended = forYou.state === 'ready' ? idsOf(forYou.value.recommendations) : undefined;
  useEffect(() => {
    if (recommended) tell('page_load', 'landing', 'page', recommended.split(' '));
  }, [recommended]);
  const tell = (event_type: 'page_load' | 'scroll_end', key: string, key_type: 'page' | 'section', list: string[]) =>
    track({ user_id: person.id, event_type, key, key_type, list_of_recommendations: list.filter(Boolean) });
  const end = useScrollEnd(`${person.id} ${writeView(view)}`, () => tell('scroll_end', 'landing', 'page', (recommended ?? '').split(' ')));

  return {
    person,
    view,
    searching,
    wanted,
    canShowMore: wanted < mostResults,
    forYou,
    popular,
    history,
    categories,
    found,
    catalogue,
    end,
    choosePerson,
    go(change: Partial<View>) {
      const next = { ...view, page: 1, ...change };
      history_.push(next);
      setView(next);
    },
    opened(id: string, list: string[], recommendation_id?: string) {
      if (recommendation_id) cameFrom(person.id, id, recommendation_id);
      track({
        user_id: person.id,
        event_type: 'click_product',
        key: id,
        key_type: 'product',
        list_of_recommendations: list,
        recommendation_id,
      });
    },
  };
}

const idsOf = (list: Recommendation[]) => list.map((it) => it.item_id).join(' ');

const sorts: Sort[] = ['popular', 'rating', 'price-low', 'price-high'];

function readView(): View {
  const query = new URLSearchParams(location.search);
  const sort = query.get('sort') as Sort;
  const page = Number(query.get('page'));
  return {
    query: (query.get('q') ?? '').trim().slice(0, 200),
    category: query.get('category') ?? '',
    sort: sorts.includes(sort) ? sort : 'popular',
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

function writeView({ query, category, sort, page }: View): string {
  const parameters = new URLSearchParams();
  if (query) parameters.set('q', query);
  if (category) parameters.set('category', category);
  if (sort !== 'popular') parameters.set('sort', sort);
  if (page > 1) parameters.set('page', String(page));
  const text = parameters.toString();
  return text ? `/?${text}` : '/';
}

const history_ = {
  push: (view: View) => history.pushState(null, '', writeView(view)),
  replace: (view: View) => history.replaceState(null, '', writeView(view)),
};
