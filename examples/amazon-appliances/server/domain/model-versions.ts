import { notFound } from './errors.ts';
import type { Shop } from './shop.ts';

/** Points `production` at a version, and answers with it from then on. */
export async function promote(shop: Shop, name: string, version: number) {
  const known = await versionsOf(shop, name);
  if (!known.some((it) => it.version === version)) throw notFound('model', `${name}@${version}`);
  await shop.system.store.promote(name, version, 'production');
  await shop.reloadModels();
  return { name, version };
}

/** The version before the one that answers. */
export async function rollBack(shop: Shop, name: string) {
  const known = await versionsOf(shop, name);
  const current = known.findIndex((it) => it.aliases.includes('production'));
  if (current < 1) throw notFound('earlier version of', name);
  return promote(shop, name, known[current - 1].version);
}

async function versionsOf(shop: Shop, name: string) {
  return (await shop.system.store.list()).filter((it) => it.name === name).sort((a, b) => a.version - b.version);
}
