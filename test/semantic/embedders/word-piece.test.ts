import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { WordPiece } from '../../../src/semantic/embedders/static/word-piece.ts';
import { sharedData } from '../../support/shared-data.ts';
import { miniLm, models } from '../../support/shared-models.ts';

const vocabulary = ['[UNK]', 'dish', '##wash', '##er', '##ers', 'a', '##b', '##a', 'cafe', '洗', '.', '-', '¿'];

describe('WordPiece', () => {
  const tokens = (text: string) => new WordPiece(vocabulary).ids(text).map((id) => vocabulary[id]);

  it('takes the longest piece first', () => {
    expect(tokens('dishwashers dishwasher')).toEqual(['dish', '##wash', '##ers', 'dish', '##wash', '##er']);
  });

  it('gives [UNK] for a word that cannot be put together, whole', () => {
    expect(tokens('dishx a')).toEqual(['[UNK]', 'a']);
    expect(new WordPiece(['a']).ids('x a')).toEqual([0]);
  });

  it('folds case and accents, and cuts at punctuation and Chinese characters', () => {
    expect(tokens('CAFÉ.café-¿a')).toEqual(['cafe', '.', 'cafe', '-', '¿', 'a']);
    expect(tokens('a洗洗a')).toEqual(['a', '洗', '洗', 'a']);
  });

  it('drops control characters and halves of surrogate pairs, and takes line ends as spaces', () => {
    expect(tokens('a\u0000b\u200bb\ud83d a\tb\na')).toEqual(['a', '##b', '##b', 'a', '[UNK]', 'a']);
  });

  it('knows words up to 100 characters', () => {
    expect(tokens('a'.repeat(100))).toHaveLength(100);
    expect(tokens('a'.repeat(101))).toEqual(['[UNK]']);
  });
});

describe.skipIf(!miniLm)('WordPiece with the vocabulary of all-MiniLM-L6-v2', () => {
  let reference: (text: string) => number[];
  let own: WordPiece;
  beforeAll(async () => {
    const { AutoTokenizer } = await import('@huggingface/transformers');
    const tokenizer = await AutoTokenizer.from_pretrained(resolve(models, 'Xenova/all-MiniLM-L6-v2'), { local_files_only: true });
    reference = (text) => tokenizer.encode(text, { add_special_tokens: false });
    const ids = tokenizer.get_vocab();
    own = new WordPiece([...ids].sort((a, b) => a[1] - b[1]).map(([token]) => token));
  });

  it.each([
    ['accents', 'Crème brûlée, naïve façade; ÅNGSTRÖM İstanbul ǆ ﬁne Ω ẞ straße'],
    ['Chinese, Japanese, Korean', '洗碗机45厘米 食器洗い乾燥機 식기세척기 𠀀𠀁 ﾊﾝｶｸ ㈱'],
    ['right to left', 'غسالة صحون هادئة מדיח כלים שָׁלוֹם'],
    ['control characters', 'nul \u0000 bell \u0007 zero\u200bwidth soft\u00adhyphen \ufeff \u2028 \u0085 \v \f tab\tline\nreturn\r\ufffd'],
    ['emoji', 'party 🎉🎉 family 👨‍👩‍👧 flag 🇩🇪 skin 👍🏽 keycap 1️⃣'],
    ['halves of surrogate pairs', 'a\ud83d b\udc00c'],
    ['symbols', '10°C ½" 3×4 $5 €6 ™ ® x^2 `tick` ~tilde~ <b>|pipe| a_b'],
    ['long words', `${'a'.repeat(100)} ${'a'.repeat(101)} ${'pneumono'.repeat(50)}`],
    ['spaces', '  \u00a0 \u3000 \u2009  '],
    ['nothing', ''],
  ])('gives the ids of the reference: %s', (_, text) => {
    expect(own.ids(text)).toEqual(reference(text));
  });

  it('gives the ids of the reference for random Unicode', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(own.ids(text)).toEqual(reference(text));
      }),
      { numRuns: 2000 },
    );
  });

  const corpus = sharedData('scifact/corpus.jsonl.gz');
  it.skipIf(!corpus)('gives the ids of the reference for real abstracts', () => {
    const lines = gunzipSync(readFileSync(corpus as string))
      .toString()
      .trim()
      .split('\n');
    for (const line of lines.slice(0, 200)) {
      const { title, text } = JSON.parse(line);
      expect(own.ids(`${title} ${text}`)).toEqual(reference(`${title} ${text}`));
    }
  });

  const products = sharedData('bestbuy-retrotech/products.jsonl.gz');
  it.skipIf(!products)('gives the ids of the reference for real product names', () => {
    const lines = gunzipSync(readFileSync(products as string))
      .toString()
      .trim()
      .split('\n');
    for (const line of lines.slice(0, 2000)) {
      const { name } = JSON.parse(line);
      expect(own.ids(name)).toEqual(reference(name));
    }
  });
});
