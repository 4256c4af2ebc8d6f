import { command } from '../cli/command.ts';
import { UsageError } from '../cli/parse.ts';
import { heading, productTable } from '../cli/products.ts';
import { defaults } from '../settings.ts';
import { n, places } from './options.ts';

export const similar = command({
  name: 'similar',
  summary: 'shows similar products, by what people buy and by description',
  arguments: '<product>',
  options: { ...places, n },
  async run({ dataDir, database, n }, [item]) {
    const { openSystem, requireModel } = await import('../pipeline/system.ts');
    const system = await openSystem({ ...defaults, dataDir, database });
    try {
      const product = await system.data.products.get(item);
      if (!product) throw new UsageError(`No product '${item}'. The commands search and recommend show ids.`);
      console.log(heading(String(product.title)));
      console.log(heading('People who liked it also liked'));
      console.log(await productTable(system.data, requireModel(system.models.als, 'als').similarItems(item, { n, onUnknown: 'empty' })));
      console.log(heading('Similar descriptions'));
      console.log(
        await productTable(system.data, requireModel(system.models.search, 'semantic').similarItems(item, { n, onUnknown: 'empty' })),
      );
    } finally {
      system.close();
    }
  },
});
