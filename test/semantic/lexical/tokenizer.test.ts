import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenize } from '../../../src/semantic/lexical/tokenizer.ts';

describe('tokenize', () => {
  it.each([
    ['Quiet DISHWASHER, 45cm!', ['quiet', 'dishwasher', '45cm']],
    ['W10-190965 (2-pack)', ['w10', '190965', '2', 'pack']],
    ['Café crème, naïve', ['cafe', 'creme', 'naive']],
    ['Cafe\u0301', ['cafe']],
    ['ﬁlter ½ ²', ['filter', '1', '2', '2']],
    ['Straße STRASSE', ['strasse', 'strasse']],
    ['ΣΊΣΥΦΟΣ Σίσυφος', ['σισυφοσ', 'σισυφοσ']],
    ['Холодильник чай', ['холодильник', 'чай']],
    ['İstanbul', ['istanbul']],
    ['مَغْسَلَة', ['مغسلة']],
    ['שָׁלוֹם', ['שלום']],
    ['फ्रिज', ['फ्रिज']],
    ['냉장고 필터', ['냉장고', '필터']],
    ['Samsung™ fridge®', ['samsung', 'fridge']],
    ['cold ❄️ 🙂🙂', ['cold', '🙂', '🙂']],
    ['a\u0000b', ['a', 'b']],
    ['half \ud83d pair', ['half', 'pair']],
    ['', []],
    [' \n\t ', []],
  ])('%j', (text, words) => {
    expect(tokenize(text)).toEqual(words);
  });

  it('gives characters and pairs of scripts without spaces', () => {
    expect(tokenize('洗碗机')).toEqual(['洗', '洗碗', '碗', '碗机', '机']);
    expect(tokenize('LG洗碗 2')).toEqual(['lg', '洗', '洗碗', '碗', '2']);
    expect(tokenize('ガラス')).toEqual(['ガ', 'ガラ', 'ラ', 'ラス', 'ス']);
  });

  it('takes half-width and full-width letters for the plain ones', () => {
    expect(tokenize('ＡＢＣ１２')).toEqual(['abc12']);
    expect(tokenize('ｶﾞﾗｽ')).toEqual(tokenize('ガラス'));
  });

  it('cuts what is too long for a word', () => {
    expect(tokenize('x'.repeat(100)).map((word) => word.length)).toEqual([64, 36]);
  });

  it('gives well-formed words of any text, the same for upper and lower case ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        for (const word of tokenize(text)) expect(word !== '' && word.isWellFormed()).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        expect(tokenize(text.toUpperCase())).toEqual(tokenize(text));
      }),
    );
  });
});
