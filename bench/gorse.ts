import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { facts } from './server/facts.ts';
import { startGorse } from './server/gorse.ts';
import { type Ask, type Load, quantile, saturate } from './server/load.ts';
import { ratersIn, startShop } from './server/shop.ts';
import { generator } from './support/random.ts';

const help = `npm run bench -- gorse --binary FILE [options]
  --binary FILE       gorse-in-one 0.4.16; from a clone of its repository, as its go.mod has replacements and 'go install' refuses those:
                        git clone --branch v0.4.16 https://github.com/gorse-io/gorse && cd gorse && go build ./cmd/gorse-in-one
  --data-dir FOLDER   what 'npm start' made (default: that of the example)
  --seconds N         per route, after half as many to warm up (default 5)
  --connections N     (default 32)
`;

/** What is measured of a server, and how each asks for it. */
interface Route {
  name: string;
  attune: () => Ask;
  gorse: () => Ask;
}

interface Figures {
  load: Load;
  cpu: number;
}

/** The example shop beside Gorse, with the same products and ratings, one after the other on the same processors. */
export const gorse = {
  name: 'gorse',
  summary: 'The example shop and Gorse with the same ratings: requests a second by route, memory. --help lists options.',
  async run(args: string[]): Promise<void> {
    const { values } = parseArgs({
      args,
      options: {
        binary: { type: 'string' },
        'data-dir': { type: 'string', default: join(resolve(import.meta.dirname, '..'), 'examples/amazon-appliances/data') },
        seconds: { type: 'string', default: '5' },
        connections: { type: 'string', default: '32' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help || values.binary === undefined) return console.log(help);
    const dataDir = values['data-dir'];
    const settings = { seconds: Number(values.seconds), connections: Number(values.connections) };
    const { products, raters, peer } = await prepare(resolve(values.binary), dataDir);
    try {
      const { importing, computing } = peer.took;
      console.log(`Gorse: ${importing.toFixed(1)} s to take in the ratings, ${computing.toFixed(1)} s to compute the lists of all users\n`);
      const theirs = await measure(peer.url, routesOf(products, raters), 'gorse', settings);
      const memory = (await facts(peer.url)).memory;
      await peer.stop();
      const shop = await startShop(dataDir);
      try {
        print(await measure(shop.url, routesOf(products, raters), 'attune', settings), theirs);
        const own = (await facts(shop.url)).memory;
        console.log(`\nresident memory: attune ${Math.round(own / 1e6)} MB, Gorse ${Math.round(memory / 1e6)} MB`);
      } finally {
        shop.stop();
      }
    } finally {
      await peer.stop();
    }
  },
};

async function prepare(binary: string, dataDir: string) {
  const { openSystem } = await import('../examples/amazon-appliances/pipeline/system.ts');
  const { defaults } = await import('../examples/amazon-appliances/settings.ts');
  const system = await openSystem({ ...defaults, dataDir }, { withModels: false });
  const products: string[] = [];
  for await (const { item } of system.data.products.all()) products.push(item);
  const peer = await startGorse(binary, system.data);
  system.close();
  return { products, raters: await ratersIn(dataDir), peer };
}

function routesOf(products: string[], raters: string[]): Route[] {
  const random = generator(1);
  const product = () => encodeURIComponent(products[Math.floor(products.length * random())]);
  let turn = 0;
  const user = () => encodeURIComponent(raters[turn++ % raters.length]);
  const get = (path: string): Ask => ({ method: 'GET', path });
  const again = () => encodeURIComponent(raters[Math.floor(50 * random())]);
  const timestamp = new Date().toISOString();
  let visitor = 0;
  return [
    { name: 'a product', attune: () => get(`/products/${product()}`), gorse: () => get(`/api/item/${product()}`) },
    {
      name: 'similar products',
      attune: () => get(`/similar-items?item_id=${product()}&n=10`),
      gorse: () => get(`/api/item/${product()}/neighbors?n=10`),
    },
    {
      name: 'a list for a user, each another: computed now, Gorse from what it computed ahead',
      attune: () => get(`/recommendations?user_id=${user()}&n=10`),
      gorse: () => get(`/api/recommend/${user()}?n=10`),
    },
    {
      name: 'a list for one of 50 users',
      attune: () => get(`/recommendations?user_id=${again()}&n=10`),
      gorse: () => get(`/api/recommend/${again()}?n=10`),
    },
    {
      name: 'an opinion, acknowledged when it is stored',
      attune: () => ({
        method: 'POST',
        path: '/feedback',
        body: { user_id: `bench-${visitor++}`, item_id: decodeURIComponent(product()), type: 'like' },
      }),
      gorse: () => ({
        method: 'POST',
        path: '/api/feedback',
        body: [{ FeedbackType: 'star', UserId: `bench-${visitor++}`, ItemId: decodeURIComponent(product()), Timestamp: timestamp }],
      }),
    },
  ];
}

async function measure(
  url: string,
  routes: Route[],
  who: 'attune' | 'gorse',
  settings: { seconds: number; connections: number },
): Promise<Map<string, Figures>> {
  const figures = new Map<string, Figures>();
  for (const route of routes) {
    await saturate(url, route[who], { ...settings, seconds: settings.seconds / 2 }); // a shop that runs is warm
    const before = await facts(url);
    const load = await saturate(url, route[who], settings);
    figures.set(route.name, { load, cpu: (await facts(url)).cpu - before.cpu });
  }
  return figures;
}

function print(ours: Map<string, Figures>, theirs: Map<string, Figures>): void {
  console.log('| | attune/s | Gorse/s | ratio | attune per processor s | Gorse | p50 ms | Gorse | p99 ms | Gorse | failures | Gorse |');
  console.log('|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|');
  for (const [name, a] of ours) {
    const b = theirs.get(name)!;
    const rate = ({ load }: Figures) => load.answers / load.seconds;
    const cells = [
      ...[rate(a), rate(b)].map((it) => it.toFixed(0)),
      (rate(a) / rate(b)).toFixed(2),
      ...[a, b].map(({ load, cpu }) => (load.answers / cpu).toFixed(0)),
      ...[0.5, 0.99].flatMap((share) => [a, b].map(({ load }) => quantile(load, share).toFixed(1))),
      ...[a, b].map(({ load }) => load.failures),
    ];
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}
