import { likedTogether, search } from './answers.ts';
import { listFor, similar } from './recommend.ts';
import type { Shop } from './shop.ts';
import { nextTurn } from './turns.ts';

/** So often is each kind of list made. After half as many some of what makes them is still not compiled. */
const rounds = 80;
const n = 10;
const nobody = 'nobody';

/**
 * Makes lists for nobody: until the engine has compiled what makes them, they take ten times as long, and the first people of a busy shop would
 * stand in a queue for two seconds. Requests pass in between.
 */
export async function rehearse(shop: Shop, signal: AbortSignal): Promise<void> {
  const { live, catalogue } = shop;
  const { version } = live;
  const products = live.popular?.recommendFor([], { n: 2 * rounds }).map(({ item }) => item) ?? [];
  const users = live.als?.users;
  for (let k = 0; 2 * k + 1 < products.length; k++) {
    const [one, other] = products.slice(2 * k);
    const lists = [
      () => listFor(shop, { user_id: users && k < users.size ? users.idAt(k) : nobody, n }),
      () => listFor(shop, { user_id: nobody, n, history: [one, other] }),
      () => live.search && search(shop, { query: firstWords(catalogue.get(one)?.title), top_k: n }),
      () => similar(shop, one, n, 'both'),
      () => live.als?.items.has(one) && likedTogether(shop, one, n),
    ];
    for (const make of lists) {
      await nextTurn();
      if (signal.aborted || live.version !== version) return;
      await make();
    }
  }
}

const firstWords = (title = '') => title.split(' ').slice(0, 3).join(' ');
