/** Writes to stores for ever and says what it was told to be stored: `crash-child <kind> <place> <first>`. Bundled before it is run, to start fast. */
import { openCrashStores } from './crash-stores.ts';

const [kind, place, first] = process.argv.slice(2);
const { data, models } = await openCrashStores(kind, place);
console.log('ready');
for (let k = Number(first); ; k++) {
  if (data) {
    await data.interactions.putMany(
      Array.from({ length: 50 }, (_, u) => ({ user: `u${u}`, item: `i${u % 7}`, value: k })),
      { unknownProducts: 'stub' },
    );
    console.log(`rows ${k}`);
    await data.events.append({ user: 'u', type: 'mark', n: k });
    console.log(`event ${k}`);
  }
  const { version } = await models.put('m', new Uint8Array(200_000).fill(k), { k });
  console.log(`model ${version} ${k}`);
  await models.promote('m', version, 'production');
  console.log(`alias ${version}`);
}
