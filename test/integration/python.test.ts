import { describe, expect, it } from 'vitest';
import { throughPython } from '../../config/python-models.ts';
import { skippedService } from '../support/service.ts';

const skipped = skippedService('python');
if (skipped) console.log(skipped);

describe.skipIf(skipped)('attune_models.py', { timeout: 240_000 }, () => {
  it('takes models of attune to implicit and models of implicit to attune, with equal scores and lists', async () => {
    expect(await throughPython('implicit')).toEqual(['implicit-als', 'implicit-bpr']);
  });
});
