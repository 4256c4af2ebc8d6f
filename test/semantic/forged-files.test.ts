import { SemanticIndex } from 'attune';
import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/data/files/safetensors.ts';

const index = await SemanticIndex.build([{ id: 'a', text: 'red kettle' }], { id: 'id', text: 'text' });

/** The file with other settings, and a checksum that is right. */
function forged(change: (settings: Record<string, Record<string, unknown>>) => void): Uint8Array {
  const { tensors, metadata } = readSafetensors(index.toBytes());
  const settings = JSON.parse(metadata?.settings as string);
  change(settings);
  return writeSafetensors({ tensors, metadata: { ...metadata, settings: JSON.stringify(settings) } });
}

describe('an index file whose checksum is right', () => {
  it.each<[string, (settings: Record<string, Record<string, unknown>>) => void]>([
    ['without fields', (settings) => delete (settings as Record<string, unknown>).fields],
    ['with null as fields', (settings) => Object.assign(settings, { fields: null })],
    ['of an unknown language', ({ bm25 }) => Object.assign(bm25, { language: 'xx' })],
    ['with a text as weights', ({ bm25 }) => Object.assign(bm25, { weights: 'x' })],
    ['with a number as an embedder', (settings) => Object.assign(settings, { embedder: 1 })],
    ['with half a dimension', ({ embedder }) => Object.assign(embedder, { dimensions: 0.5 })],
  ])('is refused when its settings are those of no index: %s', (_, change) => {
    expect(() => SemanticIndex.fromBytes(forged(change))).toThrow(expect.objectContaining({ code: 'ERR_BAD_FILE' }));
  });

  it('is read when they are', async () => {
    expect((await SemanticIndex.fromBytes(forged(() => {})).search('kettle'))[0].item).toBe('a');
  });
});

it('a condition that JSON cannot hold is refused with a coded error', async () => {
  for (const price of [[10n], { min: 10n }, { contains: [Symbol.iterator] }]) {
    await expect(index.search('kettle', { where: { price } as never })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_BAD_OPTION' }),
    );
  }
});
