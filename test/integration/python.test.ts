import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AlsRecommender } from 'attune';
import { fileModelStore } from 'attune/node';
import { describe, expect, it } from 'vitest';
import { runPython, throughPython } from '../../config/python-models.ts';
import { checkerboard } from '../support/makers.ts';
import { skippedService } from '../support/service.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skipped = skippedService('python');
if (skipped) console.log(skipped);

describe.skipIf(skipped)('attune_models.py', { timeout: 240_000 }, () => {
  it('takes models of attune to implicit and models of implicit to attune, with equal scores and lists', async () => {
    expect(await throughPython('implicit')).toEqual(['implicit-als', 'implicit-bpr']);
  });

  it('and the block of the storage guide reads a model without attune', async () => {
    const { path } = temporaryFolder();
    const ratings = checkerboard(20);
    await (await new AlsRecommender({ factors: 4 }).fit(ratings)).save(fileModelStore(join(path, 'models')), 'shop-als');
    const guide = readFileSync(resolve(import.meta.dirname, '../../docs/storage.md'), 'utf8');
    const [, block] = /```python\n([\s\S]*?)```/.exec(guide) ?? [];
    const printed = runPython('implicit', `${block}\nprint(json.dumps([about["kind"], settings["factors"], users, items]))`, path);
    expect(JSON.parse(printed)).toEqual(['als', 4, [...ratings.users], [...ratings.items]]);
  });
});
