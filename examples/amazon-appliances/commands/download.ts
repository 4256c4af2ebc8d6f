import { join } from 'node:path';
import { command } from '../cli/command.ts';
import { withProgress } from '../cli/progress.ts';
import { count } from '../cli/table.ts';
import { defaults } from '../settings.ts';

export const download = command({
  name: 'download',
  summary: 'fetches the real reviews and products of 2023; goes on where it was interrupted',
  options: {
    dir: { type: 'text', help: 'folder for the files', default: defaults.dataDir },
    category: { type: 'text', help: 'category of Amazon Reviews 2023, as its files are called', default: 'Appliances' },
    from: { type: 'text', help: 'address of the data set', default: defaults.download.from },
    reviewsSha256: { type: 'text', help: 'SHA-256 that the file of reviews must have' },
    productsSha256: { type: 'text', help: 'SHA-256 that the file of products must have' },
  },
  async run({ dir, category, from, reviewsSha256, productsSha256 }) {
    const { download: fetched } = await import('../etl/download.ts');
    const base = from.replace(/\/+$/, '');
    const files = [
      { path: `raw/review_categories/${encodeURIComponent(category)}.jsonl.gz`, name: `${category}.jsonl.gz`, sha256: reviewsSha256 },
      {
        path: `raw/meta_categories/meta_${encodeURIComponent(category)}.jsonl.gz`,
        name: `meta_${category}.jsonl.gz`,
        sha256: productsSha256,
      },
    ];
    for (const { path, name, sha256 } of files) {
      const file = join(dir, name);
      await withProgress(
        `Downloading ${name}`,
        (onProgress) => fetched({ url: `${base}/${path}`, file, sha256, onProgress }),
        (got) => `${count(got.bytes)} bytes${got.reused ? ', there already' : ''}, SHA-256 ${got.sha256}`,
      );
      console.log(file);
    }
  },
});
