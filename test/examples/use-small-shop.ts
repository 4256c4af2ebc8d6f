import { afterAll, beforeAll } from 'vitest';
import { openSmallShop, type SmallShop } from './server-shop.ts';

/**
 * A small shop for the tests of a file or a group, opened before the first and closed after the last, and the headers of its administrator. Both
 * are filled when the tests begin.
 */
export function useSmallShop(): { shop: SmallShop; admin: Record<string, string> } {
  const shop = {} as SmallShop;
  const admin: Record<string, string> = {};
  beforeAll(async () => {
    Object.assign(shop, await openSmallShop());
    Object.assign(admin, await shop.login());
  });
  afterAll(() => shop.close());
  return { shop, admin };
}
