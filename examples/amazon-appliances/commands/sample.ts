import { command } from '../cli/command.ts';
import { withProgress } from '../cli/progress.ts';
import { count } from '../cli/table.ts';
import { paths } from '../settings.ts';
import { dataDir, sampleOptions } from './options.ts';

export const sample = command({
  name: 'sample',
  summary: 'generates reviews and products in the real file format',
  options: { ...sampleOptions, dataDir },
  async run({ scale, seed, dataDir }) {
    const { writeSample } = await import('../sample/write.ts');
    const { reviews, products } = paths(dataDir);
    await withProgress(
      'Generating a sample',
      (onProgress) => writeSample({ reviews, products, scale, seed, onProgress }),
      ({ ratings, users, products: size, meanRating }) =>
        `${count(ratings)} ratings by ${count(users)} users of ${count(size)} products, mean ${meanRating.toFixed(2)}`,
    );
    console.log(`${reviews}\n${products}`);
  },
});
