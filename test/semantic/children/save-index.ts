/** Saves an index for ever, each time with one item more, and says so: `save-index.ts <folder>`. */
import { ngramEmbedder } from '../../../src/semantic/embedders/ngram.ts';
import { SemanticIndex } from '../../../src/semantic/semantic-index.ts';
import { fileModelStore } from '../../../src/storage/file/model-store.ts';

const store = fileModelStore(process.argv[2]);
const items = Array.from({ length: 2000 }, (_, k) => ({ id: `i${k}`, text: `product ${k} of kind ${k % 37}` }));
const index = await SemanticIndex.build(items, { embedder: ngramEmbedder({ dimensions: 256 }) });
console.log('ready');
for (let k = 0; ; k++) {
  await index.add([{ id: `n${k}`, text: `newcomer ${k}` }]);
  const { version } = await index.save(store, 'products', { newcomers: k + 1 });
  console.log(`saved ${version}`);
}
