import { tracked } from '../../../tracking/tracked.ts';
import type { TrackerSuite } from './suite.ts';

/** Runs that fail or have ended, and what cannot be kept. */
export function runsRefused({ it, expect, code, open, experiment, only }: TrackerSuite): void {
  it('work that fails ends its run as failed, and its error comes out', async () => {
    const tracker = await open();
    const name = experiment();
    const failing = tracked(tracker, { experiment: name }, () => {
      throw new Error('no data');
    });
    await expect(failing).rejects.toThrow('no data');
    expect(await only(tracker, name)).toMatchObject({ status: 'failed', tags: { error: 'no data' } });
  });

  it('what cannot be kept everywhere is refused before anything is written', async () => {
    const tracker = await open();
    const name = experiment();
    const run = await tracker.start({ experiment: name });
    for (const bad of ['', 'a//b', '/a', 'a/', '..', 'a/../b', 'a@b', 'é', 'a"b', 'a\nb', 'x'.repeat(251)]) {
      expect(() => run.log({ [bad]: 1 })).toThrow(code('ERR_BAD_ARGUMENT'));
      await expect(run.parameters({ [bad]: 1 })).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
      await expect(run.tags({ [bad]: 'x' })).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    }
    for (const bad of ['1', null, undefined, 1n, {}]) expect(() => run.log({ loss: bad as never })).toThrow(code('ERR_BAD_ARGUMENT'));
    expect(() => run.log({ loss: 1 }, { step: 1.5 })).toThrow(code('ERR_BAD_OPTION'));
    expect(() => run.log({ loss: 1 }, { stepp: 1 } as never)).toThrow(code('ERR_BAD_OPTION'));
    for (const bad of ['x'.repeat(6001), 1n, () => {}]) {
      await expect(run.parameters({ long: bad })).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    }
    await expect(run.tags({ long: 'x'.repeat(5001) })).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    for (const bad of ['', '../x', '/x', 'a//b', 'a/', '.hidden', 'a\\b', 'a b', 'x\0', 'x'.repeat(251), 5]) {
      await expect(run.artifact(bad as string, 'x')).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    }
    await expect(run.artifact('x', 5 as never)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    await expect(run.model('../x', Uint8Array.of(1))).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    await expect(run.model('x', new Uint8Array())).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    await expect(run.end('done' as never)).rejects.toEqual(code('ERR_BAD_OPTION'));
    for (const bad of [{}, { experiment: '' }, { experiment: name, nam: 'x' }, { experiment: name, name: 'x'.repeat(251) }]) {
      await expect(tracker.start(bad as never)).rejects.toEqual(code('ERR_BAD_OPTION'));
    }
    expect(await only(tracker, name)).toMatchObject({ metrics: {}, parameters: {}, tags: {} });
    expect(await tracker.artifacts(run.id)).toEqual([]);
  });

  it('a run that has ended takes nothing more, and ending it again does nothing', async () => {
    const tracker = await open();
    const name = experiment();
    const run = await tracker.start({ experiment: name });
    await run.end();
    await run.end('failed');
    expect(() => run.log({ loss: 1 })).toThrow(code('ERR_NOT_SUPPORTED'));
    await expect(run.artifact('x', 'x')).rejects.toEqual(code('ERR_NOT_SUPPORTED'));
    expect((await only(tracker, name)).status).toBe('finished');
  });

  it('a run that is not there is said to be so', async () => {
    const tracker = await open();
    for (const id of ['nobody', '../../etc', '20200101T000000000-00000000', '0'.repeat(32)]) {
      await expect(tracker.curve(id, 'loss')).rejects.toEqual(code('ERR_NOT_FOUND'));
      await expect(tracker.artifacts(id)).rejects.toEqual(code('ERR_NOT_FOUND'));
      await expect(tracker.artifact(id, 'x')).rejects.toEqual(code('ERR_NOT_FOUND'));
    }
  });
}
