import { command } from '../cli/command.ts';
import { heading, productTable } from '../cli/products.ts';
import { defaults } from '../settings.ts';
import { n, places } from './options.ts';

export const search = command({
  name: 'search',
  summary: 'finds products by meaning and by words',
  arguments: '<query>',
  options: {
    ...places,
    n,
    mode: { type: 'choice', choices: ['hybrid', 'semantic', 'lexical'], help: 'search by words, by meaning, or both', default: 'hybrid' },
    brand: { type: 'text', help: 'only products of this brand' },
    maxPrice: { type: 'number', help: 'only products up to this price', min: 0 },
  },
  async run({ dataDir, database, n, mode, brand, maxPrice }, [query]) {
    const { openSystem, requireModel } = await import('../pipeline/system.ts');
    const system = await openSystem({ ...defaults, dataDir, database });
    try {
      const where = { ...(brand !== undefined && { brand }), ...(maxPrice !== undefined && { price: { max: maxPrice } }) };
      const found = await requireModel(system.models.search, 'semantic').search(query, { n, mode, where });
      console.log(heading(`“${query}”`));
      console.log(await productTable(system.data, found));
    } finally {
      system.close();
    }
  },
});
