import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { facts } from './server/facts.ts';
import { type Ask, quantile, saturate, steady } from './server/load.ts';
import { ratersIn, startShop } from './server/shop.ts';
import { generator } from './support/random.ts';

const root = resolve(import.meta.dirname, '..');
const help = `npm run bench -- server [options]
  --data-dir FOLDER   what 'npm start' made, with APPLIANCES_SCALE=1 for the real size (default: that of the example)
  --url URL           a server that runs already, instead
  --seconds N         per route (default 5)
  --connections N     at saturation (default 32)
  --users N           distinct users (default 100,000)
  --only TEXT         only routes whose name contains it, without the rest
  --mixed SECONDS     instead of all that: 200 requests a second of all kinds for so long, and the latency of each route
  --soak MINUTES      instead of all that: 200 requests a second of all kinds for so long, and the memory after each minute
`;

/** The shop under load: how much each route takes, and how long answers take when it is not full. */
export const server = {
  name: 'server',
  summary: 'The example shop under load: requests a second by route, latency of a mixed load, memory. --help lists options.',
  async run(args: string[]): Promise<void> {
    const { values } = parseArgs({
      args,
      options: {
        'data-dir': { type: 'string', default: join(root, 'examples/amazon-appliances/data') },
        url: { type: 'string' },
        seconds: { type: 'string', default: '5' },
        connections: { type: 'string', default: '32' },
        users: { type: 'string', default: '100000' },
        only: { type: 'string' },
        mixed: { type: 'string' },
        soak: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return console.log(help);
    const running = values.url ? { url: values.url, stop: () => {} } : await startShop(values['data-dir']);
    try {
      const settings = { seconds: Number(values.seconds), connections: Number(values.connections), users: Number(values.users) };
      const routes = () => routesOf(running.url, values['data-dir'], settings.users);
      if (values.soak !== undefined) await soak(running.url, await routes(), Number(values.soak));
      else if (values.mixed !== undefined) await mixedLoad(running.url, Object.values(await routes()), Number(values.mixed));
      else await measureAll(running.url, values['data-dir'], { ...settings, only: values.only });
    } finally {
      running.stop();
    }
  },
};

interface Settings {
  seconds: number;
  connections: number;
  users: number;
  only: string | undefined;
}

async function measureAll(url: string, dataDir: string, { seconds, connections, users, only }: Settings): Promise<void> {
  const routes = await routesOf(url, dataDir, users);
  console.log('| route | requests/s | per processor second of the server | p50 ms | p99 ms | failures |');
  console.log('|---|---:|---:|---:|---:|---:|');
  for (const [name, next] of Object.entries(routes)) {
    if (only !== undefined && !name.includes(only)) continue;
    const before = await facts(url);
    const load = await saturate(url, next, { connections, seconds });
    const cpu = (await facts(url)).cpu - before.cpu;
    const figures = [load.answers / load.seconds, load.answers / cpu, quantile(load, 0.5), quantile(load, 0.99), load.failures];
    console.log(`| ${name} | ${figures.map((it, k) => it.toFixed(k < 2 || k === 4 ? 0 : 1)).join(' | ')} |`);
  }
  if (only === undefined) await measureTogether(url, Object.values(routes), { seconds, connections, users });
  console.log(`\nresident memory of the server: ${Math.round((await facts(url)).memory / 1e6)} MB`);
}

/** Requests of all kinds: few enough to see how long answers take, and one for each of many users. */
async function measureTogether(url: string, mixed: (() => Ask)[], { seconds, connections, users }: Omit<Settings, 'only'>): Promise<void> {
  await mixedLoad(url, mixed, seconds * 2);
  const everybody = await saturate(url, visits(mixed, users), { connections, seconds: longestRun });
  const took = everybody.seconds.toFixed(0);
  console.log(`\n${everybody.answers} of ${users} distinct users, one request each: ${took} s, ${everybody.failures} failures`);
}

const longestRun = 1800;

/** As many requests of all kinds as a busy shop has, and how long each route takes. */
async function mixedLoad(url: string, mixed: (() => Ask)[], seconds: number): Promise<void> {
  const random = generator(5);
  const loads = await steady(url, () => mixed[Math.floor(random() * mixed.length)](), { perSecond: 200, seconds });
  console.log('\n| mixed, 200 requests a second | p50 ms | p99 ms | failures |\n|---|---:|---:|---:|');
  for (const [name, load] of loads) {
    console.log(`| ${name} | ${quantile(load, 0.5).toFixed(1)} | ${quantile(load, 0.99).toFixed(1)} | ${load.failures} |`);
  }
}

/** A mixed load for some minutes, to see whether answers get slower or memory grows. */
async function soak(url: string, routes: Record<string, () => Ask>, minutes: number): Promise<void> {
  const random = generator(7);
  const asks = Object.values(routes);
  console.log('| minute | answers | failures | p99 ms of the slowest route | resident memory, MB |\n|---:|---:|---:|---:|---:|');
  for (let minute = 1; minute <= minutes; minute++) {
    const next = () => asks[Math.floor(random() * asks.length)]();
    const loads = [...(await steady(url, next, { perSecond: 200, seconds: 60 })).values()];
    const sum = (of: (load: (typeof loads)[number]) => number) => loads.reduce((total, load) => total + of(load), 0);
    const slowest = Math.max(...loads.map((load) => quantile(load, 0.99)));
    const memory = Math.round((await facts(url)).memory / 1e6);
    console.log(`| ${minute} | ${sum((it) => it.answers)} | ${sum((it) => it.failures)} | ${slowest.toFixed(1)} | ${memory} |`);
  }
}

/** One request of each of so many users: a list, a list of a placement, a page that is opened, or a product that is liked. */
function visits(asks: (() => Ask)[], users: number): () => Ask | undefined {
  const shown = asks.map((ask) => ask()).find(({ path }) => path === '/tracking/event')?.body as { list_of_recommendations: string[] };
  const [item_id] = shown.list_of_recommendations;
  let k = 0;
  return () => {
    if (k === users) return undefined;
    const user_id = `visit-${k++}`;
    const body = (more: object) => ({ user_id, ...more });
    const kinds: Ask[] = [
      { method: 'GET', path: `/recommendations?user_id=${user_id}&n=10` },
      { method: 'POST', path: '/placements/home/recommendations', body: body({ n: 10 }) },
      { method: 'POST', path: '/tracking/event', body: { ...shown, user_id } },
      { method: 'POST', path: '/feedback', body: body({ item_id, type: 'like' }) },
    ];
    return kinds[k % kinds.length];
  };
}

/** What is asked of each route; ids are drawn as often as people would use them. */
async function routesOf(url: string, dataDir: string, users: number): Promise<Record<string, () => Ask>> {
  const random = generator(1);
  const post = (path: string, body: unknown): Ask => ({ method: 'POST', path, body });
  const products: { parent_asin: string; title: string }[] = (
    await (await fetch(new URL('/products/all?page_size=1000&sort=popular', url))).json()
  ).products;
  const product = () => products[Math.floor(products.length * random() ** 2)];
  const known: string[] = (await (await fetch(new URL('/users?n=50', url))).json()).users.map((it: { user_id: string }) => it.user_id);
  const visitor = () => `bench-${Math.floor(random() * users)}`;
  const raters = await ratersIn(dataDir);
  let turn = 0;
  const userOfModel = () => known[Math.floor(random() * known.length)];
  const words = () => product().title.split(' ').slice(0, 3).join(' ');
  const recommend = (user_id: string): Ask => ({ method: 'GET', path: `/recommendations?user_id=${encodeURIComponent(user_id)}&n=10` });
  return {
    'GET /status': () => ({ method: 'GET', path: '/status' }),
    'GET /products/{id}': () => ({ method: 'GET', path: `/products/${encodeURIComponent(product().parent_asin)}` }),
    'GET /similar-items': () => ({ method: 'GET', path: `/similar-items?item_id=${encodeURIComponent(product().parent_asin)}&n=10` }),
    'POST /matrix_factor/similar': () => post('/matrix_factor/similar', { item_id: product().parent_asin, n: 10 }),
    'POST /matrix_factor/user': () => post('/matrix_factor/user', { user_id: userOfModel(), n: 10 }),
    'POST /search, titles of 1,000 products': () => post('/search', { query: words() }),
    'POST /search, never asked before': () => post('/search', { query: `${words()} ${Math.floor(random() * 1e9)}` }),
    'GET /recommendations, asked again by 50 users': () => recommend(userOfModel()),
    'GET /recommendations, never asked before by known users': () => recommend(raters[turn++ % raters.length]),
    'POST /recommendations, a new history each': () =>
      post('/recommendations', { user_id: visitor(), n: 10, history: [product().parent_asin, product().parent_asin] }),
    'POST /placements/home/recommendations, asked again by 50 users': () =>
      post('/placements/home/recommendations', { user_id: userOfModel(), n: 10 }),
    'GET /recommendations, strangers': () => recommend(visitor()),
    'POST /tracking/event': () =>
      post('/tracking/event', {
        user_id: visitor(),
        event_type: 'page_load',
        key: 'landing',
        key_type: 'page',
        list_of_recommendations: Array.from({ length: 10 }, () => product().parent_asin),
      }),
  };
}
