import { AlsRecommender } from 'attune';
import { describe, expect, it } from 'vitest';
import { zipf } from '../../support/makers.ts';

const data = zipf({ users: 120, items: 60, rows: 4000 });
const options = { factors: 40, regularization: 1, iterations: 7 };

describe('a fit with checkpoints', () => {
  it.each([
    ['implicit', {}],
    ['implicit, exact', { solver: 'exact' }],
    ['implicit without acceleration', { acceleration: false }],
    ['scaled by frequency', { regularizationScaling: 'frequency' }],
    ['explicit with biases', { feedback: 'explicit', biases: true }],
  ] as const)('that was killed ends with the bytes of one that was not: %s', async (_, more) => {
    const files: Uint8Array[] = [];
    const make = () => new AlsRecommender({ ...options, ...more });
    const through = await make().fit(data, { checkpoint: { write: (bytes) => void files.push(bytes) } });
    expect(through.toBytes()).toEqual((await make().fit(data)).toBytes());
    expect(files).toHaveLength(6);
    for (const file of [files[0], files[1], files[5]]) {
      const resumed = await make().fit(data, { resumeFrom: file });
      expect(resumed.toBytes()).toEqual(through.toBytes());
    }
  });

  it('writes as often as asked, and goes on from one to more iterations on other threads', async () => {
    const written: number[] = [];
    let last = new Uint8Array(0);
    const write = async (bytes: Uint8Array, iteration: number) => {
      written.push(iteration);
      last = bytes.slice();
    };
    await new AlsRecommender(options).fit(data, { checkpoint: { every: 3, write } });
    expect(written).toEqual([3, 6]);
    const longer = { ...options, iterations: 9 };
    const resumed = await new AlsRecommender({ ...longer, threads: 2 }).fit(data, { resumeFrom: last });
    expect(resumed.toBytes()).toEqual((await new AlsRecommender(longer).fit(data)).toBytes());
    expect(resumed.history.map((h) => h.iteration)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('refuses a checkpoint of other data, other options or of nothing at all', async () => {
    let file = new Uint8Array(0);
    await new AlsRecommender(options).fit(data, { checkpoint: { write: (bytes) => void (file = bytes.slice()) } });
    const resume = (resumeFrom: Uint8Array, more = {}, from = data) =>
      new AlsRecommender({ ...options, ...more }).fit(from, { resumeFrom });
    await expect(resume(file, {}, zipf())).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
    await expect(resume(file, { alpha: 11 })).rejects.toMatchObject({ code: 'ERR_BAD_OPTION', message: expect.stringContaining('alpha') });
    await expect(resume(file.subarray(0, 1000))).rejects.toMatchObject({ code: 'ERR_BAD_FILE' });
    const model = (await new AlsRecommender(options).fit(data)).toBytes();
    await expect(resume(model)).rejects.toMatchObject({ code: 'ERR_WRONG_KIND' });
    const wrong = { checkpoint: { every: 1 } } as object;
    await expect(new AlsRecommender(options).fit(data, wrong)).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
  });
});
