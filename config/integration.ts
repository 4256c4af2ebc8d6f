import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/**
 * `npm run test:integration [name...] [-- vitest options]`: sets up the real services (each `test/integration/services/NAME.sh`, into
 * `.services/NAME`, which git ignores), runs `test/integration/NAME*.test.ts` and stops them. Without names: all of them.
 */
const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'test/integration');
const known = readdirSync(join(folder, 'services')).map((file) => basename(file, '.sh'));
const given = process.argv.slice(2);
const names = given.filter((each) => !each.startsWith('-'));
const options = given.filter((each) => each.startsWith('-'));
const tests = readdirSync(folder).filter((file) => file.endsWith('.test.ts'));
const unknown = names.find((name) => !known.includes(name) && !tests.some((file) => file.startsWith(name)));
if (unknown) throw new Error(`There is no service '${unknown}'. There are: ${known.join(', ')}.`);

let failed = false;
for (const name of names.length ? known.filter((each) => names.includes(each)) : known) {
  const service = join(root, '.services', name);
  mkdirSync(service, { recursive: true });
  const began = performance.now();
  const { status } = spawnSync('bash', [join(folder, 'services', `${name}.sh`)], {
    cwd: service,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ROOT: root, SERVICE: service },
  });
  console.log(
    `${name}: ${status === 0 ? 'ready' : `could not be set up (exit ${status})`}, ${((performance.now() - began) / 1000).toFixed(0)} s`,
  );
  failed ||= status !== 0;
}
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--config', 'config/vitest.integration.config.ts', ...names.map((name) => `test/integration/${name}`), ...options],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
// Only now: a service may have tests in several files.
spawnSync('node', ['--import', 'tsx', 'config/services.ts', 'down'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
process.exit(status === 0 && !failed ? 0 : 1);
