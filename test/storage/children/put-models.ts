/** Puts models for ever, or as often as asked, and says so: `put-models.ts <folder> <megabytes> <times> <mark> [keep]`. The bytes of a model are its mark. */
import { fileModelStore } from '../../../src/storage/file/model-store.ts';

const [folder, megabytes, times, mark, keep] = process.argv.slice(2);
const store = fileModelStore(folder, keep ? { keep: Number(keep) } : {});
const bytes = new Uint8Array(Math.max(1, Number(megabytes) * 1e6)).fill(Number(mark));
console.log('ready');
for (let k = 0; k < Number(times); k++) {
  const { version } = await store.put('als', bytes, { mark: Number(mark) });
  if (!keep) await store.promote('als', version, `alias-${mark}`); // with few kept, the other process may have deleted it
  console.log(`put ${version}`);
}
