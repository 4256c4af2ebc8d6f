import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type StaticEmbedder, staticEmbedder } from 'attune';
import { describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../../src/data/files/safetensors.ts';
import { staticFromTable } from '../../../src/semantic/embedders/static/static.ts';
import { embedderConformance } from '../../support/conformance.ts';
import { models } from '../../support/shared-models.ts';

const vocabulary = [
  '[UNK]',
  'quiet',
  'dish',
  '##washer',
  '##washers',
  'for',
  'small',
  'kitchen',
  '##s',
  'steel',
  'hose',
  ',',
  'x',
  '##x',
  'a',
];
const words = [
  'much',
  'long',
  '##er',
  'text',
  '.',
  'word',
  '45',
  'cm',
  '洗',
  'half',
  'pair',
  'here',
  'null',
  'and',
  '🙂',
  'washing',
  'machines',
  '2',
  'm',
];
const all = [...vocabulary, ...words];

/** Every token has a direction of its own, but for a few small numbers; [UNK] has none. */
function table(bits: 8 | 4 = 8): StaticEmbedder {
  const dimensions = 40;
  const scales = Float32Array.from(all, (_, row) => (row === 0 ? 0 : 0.5));
  const numbers = all.flatMap((_, row) =>
    Array.from({ length: dimensions }, (_, d) => (d === row ? 6 : (row * 5 + d * 3) % 11 === 0 ? -1 : 0)),
  );
  const codes =
    bits === 8
      ? Int8Array.from(numbers)
      : Uint8Array.from({ length: numbers.length / 2 }, (_, k) => (numbers[2 * k] & 15) | ((numbers[2 * k + 1] & 15) << 4));
  return staticFromTable({ dimensions, bits, codes, scales, vocabulary: all, source: 'test', hybridWeight: 0.3 });
}

/** The three files of the format `attune-static`. */
function files(metadata: Record<string, string> = {}) {
  const model = writeSafetensors({
    tensors: {
      embeddings: { data: Int8Array.of(0, 0, 1, 2, 3, 4), shape: [3, 2] },
      scales: { data: Uint16Array.of(0, 0x3c00, 0x3800), shape: [3], dtype: 'F16' }, // 0, 1, 0.5
    },
    metadata: { format: 'attune-static', version: '0', dim: '2', pooling: 'mean', normalize: 'true', ...metadata },
  });
  return { model, vocab: '[UNK]\na\nb\n', config: { model_type: 'attune-static', dim: 2, rows: 3, tokenizer: { type: 'wordpiece' } } };
}

describe('a static embedder', () => {
  embedderConformance({ open: () => table() });

  it('adds up the vectors of the tokens', async () => {
    const embedder = staticEmbedder(files());
    const length = Math.hypot(1 + 1.5, 2 + 2);
    const [x, y, ...rest] = await embedder.embed(['A b', 'zzz']);
    expect([x, y]).toEqual([Math.fround(2.5 / length), Math.fround(4 / length)]);
    expect(rest).toEqual([0, 0]);
    expect(embedder).toMatchObject({ dimensions: 2, rows: 3, hybridWeight: 0.3 });
    expect(staticEmbedder({ ...files(), hybridWeight: 0.6 }).hybridWeight).toBe(0.6);
  });

  it('comes back from its bytes, with 8 bits a number and with 4', async () => {
    const texts = ['quiet dishwashers for small kitchens', 'steel hose'];
    for (const bits of [8, 4] as const) {
      const embedder = table(bits);
      const again = staticEmbedder(embedder.toBytes());
      expect(again.name).toBe(embedder.name);
      expect(await again.embed(texts)).toEqual(await embedder.embed(texts));
      expect(staticEmbedder(embedder)).toBe(embedder);
    }
    expect(await table(4).embed(texts)).toEqual(await table(8).embed(texts));
    expect(table(4).toBytes().length).toBeLessThan(table(8).toBytes().length);
  });

  it('has another name when a number is another', () => {
    const { model, ...rest } = files();
    const other = model.slice();
    other[other.length - 1]++;
    const unchecked = (bytes: Uint8Array) => {
      const at = new TextDecoder().decode(bytes).indexOf('"checksum"');
      return bytes.map((byte, k) => (k === at + 1 ? 'k'.charCodeAt(0) : byte)); // a file of others has none
    };
    expect(staticEmbedder({ model: unchecked(model), ...rest }).name).not.toBe(staticEmbedder({ model: unchecked(other), ...rest }).name);
  });
});

describe('reading a table', () => {
  const refused = (code: string, what: string | RegExp = '') =>
    expect.objectContaining({ code, message: what instanceof RegExp ? expect.stringMatching(what) : expect.stringContaining(what) });

  it('refuses bytes that are cut off or damaged anywhere', () => {
    const bytes = table().toBytes();
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => staticEmbedder(bytes.slice(0, length))).toThrow(refused('ERR_BAD_FILE'));
    }
    for (let at = 0; at < bytes.length; at += 5) {
      const damaged = bytes.slice();
      damaged[at] ^= 0x11;
      expect(() => staticEmbedder(damaged), `byte ${at}`).toThrow(expect.objectContaining({ code: expect.stringMatching(/^ERR_/) }));
    }
  });

  it('refuses a newer version, another format, and a model alone', () => {
    expect(() => staticEmbedder(files({ version: '0' }))).not.toThrow();
    expect(() => staticEmbedder(files({ version: '1' }))).toThrow(refused('ERR_NEWER_FORMAT'));
    expect(() => staticEmbedder(files({ version: 'x' }))).toThrow(refused('ERR_BAD_FILE'));
    expect(() => staticEmbedder(files({ format: 'other' }))).toThrow(refused('ERR_WRONG_KIND'));
    expect(() => staticEmbedder(files().model)).toThrow(refused('ERR_BAD_FILE'));
  });

  it.each([
    ['another number of rows', { config: { rows: 4 } }, 'rows'],
    ['other dimensions', { config: { dim: 3 } }, 'dim'],
    ['another pooling', { config: { pooling: 'cls' } }, 'pooling'],
    ['another tokenizer', { config: { tokenizer: { type: 'bpe' } } }, 'tokenizer.type'],
    ['case that counts', { config: { tokenizer: { lowercase: false } } }, 'lowercase'],
    ['settings that are no JSON', { config: '{' }, 'config.json'],
    ['a token twice', { vocab: '[UNK]\na\na' }, 'twice'],
    ['an empty line', { vocab: '[UNK]\n\na' }, 'line 2'],
    ['too few tokens', { vocab: '[UNK]\na' }, '2 tokens'],
    ['a vocabulary that is not UTF-8', { vocab: Uint8Array.of(0xff) }, 'UTF-8'],
  ])('refuses %s', (_, change, what) => {
    expect(() => staticEmbedder({ ...files(), ...change })).toThrow(refused('ERR_BAD_FILE', what));
  });

  it('refuses scales that are not finite, and options that are not files', () => {
    const { vocab } = files();
    const model = (scale: number) =>
      writeSafetensors({
        tensors: {
          embeddings: { data: new Int8Array(6), shape: [3, 2] },
          scales: { data: Uint16Array.of(0, 0, scale), shape: [3], dtype: 'F16' },
        },
        metadata: { format: 'attune-static', version: '0' },
      });
    expect(() => staticEmbedder({ model: model(0x7c00), vocab })).toThrow(refused('ERR_BAD_FILE', 'scale'));
    expect(() => staticEmbedder({ model: 'path' as never, vocab })).toThrow(refused('ERR_BAD_OPTION', 'model'));
    expect(() => staticEmbedder({ modell: model(0), vocab } as never)).toThrow(refused('ERR_BAD_OPTION', 'modell'));
  });
});

const folder = resolve(models, 'attune-static-v0');
const present = existsSync(folder);
describe.skipIf(!present)('the table attune-static-v0', () => {
  const read = (name: string) => readFileSync(resolve(folder, name));
  const open = () => staticEmbedder({ model: read('model.safetensors'), vocab: read('vocab.txt'), config: read('config.json') });
  embedderConformance({ open });

  it('is read from its files, and finds by meaning what shares no word', async () => {
    const embedder = open();
    expect(embedder).toMatchObject({ dimensions: 256, rows: 28_055 });
    const [query, fridge, oven] = await rows(embedder, [
      'keeps food cold',
      'Refrigerator with freezer compartment',
      'Electric oven with grill',
    ]);
    expect(cosine(query, fridge)).toBeGreaterThan(cosine(query, oven) + 0.1);
  });
});

async function rows(embedder: StaticEmbedder, texts: string[]): Promise<Float32Array[]> {
  const vectors = await embedder.embed(texts);
  return texts.map((_, k) => vectors.slice(k * embedder.dimensions, (k + 1) * embedder.dimensions));
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, k) => sum + x * b[k], 0);
}
