import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../examples/amazon-appliances/pipeline/database.ts';
import { openSystem, type System } from '../../examples/amazon-appliances/pipeline/system.ts';
import { type RunningServer, startServer } from '../../examples/amazon-appliances/server/index.ts';
import { defaults, paths } from '../../examples/amazon-appliances/settings.ts';

export const adminPassword = 'correct horse';

/** A small shop: kitchen people rate K products, laundry people L products; X0 has no ratings, and `user-new` has one. */
export interface SmallShop {
  system: System;
  server: RunningServer;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  login(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

export async function openSmallShop({ isTrained = true } = {}): Promise<SmallShop> {
  const system = await makeSmallSystem(isTrained);
  const server = await startServer(system, { port: 0, host: '127.0.0.1' });
  const url = (path: string) => new URL(path, server.url);
  const send: SmallShop['send'] = (method, path, body, headers = {}) =>
    fetch(url(path), {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
  const post: SmallShop['post'] = (path, body, headers) => send('POST', path, body, headers);
  return {
    system,
    server,
    post,
    send,
    get: (path, headers) => fetch(url(path), { headers }),
    async login() {
      const { token } = await (await post('/auth/login', { role: 'admin', password: adminPassword })).json();
      return { authorization: `Bearer ${token}` };
    },
    async close() {
      await server.close();
      system.close();
      rmSync(system.settings.dataDir, { recursive: true, force: true });
    },
  };
}

/** What is served, without a server; whoever calls closes it and removes its folder. */
export async function makeSmallSystem(isTrained = true): Promise<System> {
  const dataDir = mkdtempSync(join(tmpdir(), 'attune-server-'));
  const { database } = paths(dataDir);
  mkdirSync(dataDir, { recursive: true });
  const opened = await openDatabase(database);
  await opened.data.products.putMany(products());
  await opened.data.interactions.putMany(ratings());
  opened.close();
  const als = { ...defaults.als, factors: 16, iterations: 6 };
  const system = await openSystem({ ...defaults, dataDir, adminPassword, als });
  if (isTrained) await system.train('both');
  return system;
}

const kitchen = [
  'Quiet Dishwasher',
  'Gas Range',
  'Espresso Machine',
  'Microwave Oven',
  'Range Hood Grease Filter',
  'Refrigerator Water Filter',
];
const laundry = ['Front Load Washer', 'Electric Dryer', 'Dryer Vent Hose', 'Washer Drain Pump', 'Wool Dryer Balls', 'Dryer Drum Belt'];

function products() {
  const make = (department: string, titles: string[]) =>
    titles.map((title, k) => ({
      item: `${department[0]}${k}`,
      title: `${k % 2 ? 'Northwind' : 'Contoso'} ${title}, ${k % 2 ? 'White' : 'Stainless Steel'}`,
      main_category: 'Appliances',
      average_rating: 4 + k / 10,
      rating_number: 100 - k,
      price: k === 3 ? undefined : 10 * (k + 1),
      store: k % 2 ? 'Northwind' : 'Contoso',
      features: ['Lasts long', 'Easy to clean'],
      description: [`A ${title.toLowerCase()} for every home.`],
      images: [],
      categories: ['Appliances', department],
      details: { Brand: 'Contoso', Color: 'White' },
    }));
  const unrated = { item: 'X0', title: 'Ice <b>Maker</b> "X" & Co', categories: ['Appliances', 'Kitchen'] };
  return [...make('Kitchen', kitchen), ...make('Laundry', laundry), unrated];
}

function* ratings() {
  for (let u = 0; u < 40; u++) {
    const department = u % 2 ? 'L' : 'K';
    for (let k = 0; k < 6; k++) {
      if ((u * 7 + k * 3) % 5 === 0) continue;
      yield { user: `user-${u}`, item: `${department}${k}`, value: 3 + ((u + k) % 3), timestamp: 1.6e12 + u * 1000 + k };
    }
  }
  yield { user: 'user-new', item: 'K0', value: 5, timestamp: 1.7e12 };
}
