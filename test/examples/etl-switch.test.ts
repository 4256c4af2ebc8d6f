import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { finishSwitch, switchTo } from '../../examples/amazon-appliances/etl/switch.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const killed = new Error('killed');

/** A data folder with an old load and a finished new one, and a database of which one step is the last that is done. */
function loadEndingAfter(name: string, step: 'the announcement' | 'the commit' | 'all') {
  const dataDir = join(folder.path, name);
  const building = join(dataDir, '.etl');
  mkdirSync(building, { recursive: true });
  writeFileSync(join(dataDir, 'etl.json'), 'old');
  writeFileSync(join(building, 'etl.json'), 'new');
  let inUse = 'the old load';
  const kind = {
    async publish(_: string, load: string, announce: () => void) {
      announce();
      if (step === 'the announcement') throw killed;
      inUse = load;
      if (step === 'the commit') throw killed;
    },
    published: async () => inUse,
  };
  return { dataDir, kind, switching: switchTo(building, dataDir, kind, 'postgres://shop') };
}

it('files and tables of a server change together, wherever the process is killed', async () => {
  for (const [step, expected] of [
    ['the announcement', 'old'],
    ['the commit', 'new'],
    ['all', 'new'],
  ] as const) {
    const { dataDir, kind, switching } = loadEndingAfter(step, step);
    if (step === 'all') await switching;
    else await expect(switching).rejects.toBe(killed);
    const files = () => [readdirSync(dataDir), readFileSync(join(dataDir, 'etl.json'), 'utf8')];
    await finishSwitch(dataDir, { publish: kind.publish }, 'appliances.db'); // a command on a file says nothing of the server
    await Promise.all([finishSwitch(dataDir, kind, 'postgres://shop'), finishSwitch(dataDir, kind, 'postgres://shop')]);
    expect(files()).toEqual([['etl.json'], expected]);
  }
});

it('a load into a file ends one into a server that nobody has finished', async () => {
  const { dataDir, switching } = loadEndingAfter('file', 'the announcement');
  await expect(switching).rejects.toBe(killed);
  const building = join(dataDir, '.etl');
  mkdirSync(building);
  writeFileSync(join(building, 'etl.json'), 'newest');
  await switchTo(building, dataDir, { async publish() {} }, join(building, 'appliances.db'));
  expect([readdirSync(dataDir), readFileSync(join(dataDir, 'etl.json'), 'utf8')]).toEqual([['etl.json'], 'newest']);
});
