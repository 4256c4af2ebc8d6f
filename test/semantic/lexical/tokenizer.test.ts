import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchTerms, tokenize } from '../../../src/semantic/lexical/tokenizer.ts';

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
    ['مَغْسَلَة', ['مغسله']],
    ['שָׁלוֹם', ['שלום']],
    ['फ्रिज', ['फ्रिज']],
    ['냉장고 필터', ['냉장고', '필터']],
    ['Samsung™ fridge®', ['samsung', 'fridge']],
    ['cold ❄️ 🙂🙂', ['cold', '🙂', '🙂']],
    ['a\u0000b', ['a', 'b']],
    ['half \ud83d pair', ['half', 'pair']],
    ["Women's shoes, the dogs' bowl, don't", ['women', 'shoes', 'the', 'dogs', 'bowl', 'dont']],
    ['Levi’s l’eau O’Brien', ['levi', 'l', 'eau', 'o', 'brien']],
    ["5'6 tall 'quoted'", ['5', '6', 'tall', 'quoted']],
    ['غسالة ۱۲ کیلو ٤٥', ['غساله', '12', 'كيلو', '45']],
    ['१२ लीटर', ['12', 'लीटर']],
    ['👩‍🍳 chef 🇩🇪', ['👩', '🍳', 'chef', '🇩', '🇪']],
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

  it('finds model numbers however they are spelled', () => {
    const shared = (a: string, b: string) => searchTerms(a).filter((word) => searchTerms(b).includes(word));
    expect(searchTerms('WF-45R6100AW')).toEqual(['wf', '45r6100aw', 'wf45r6100aw']);
    expect(searchTerms('WF‑45R6100AW')).toContain('wf45r6100aw'); // the hyphen that does not break
    expect(shared('Samsung WF-45R6100AW/US washer', 'WF45R6100AW')).toEqual(['wf45r6100aw']);
    expect(shared('TGF-β1', 'TGFβ1')).toEqual(['tgfβ1']);
    expect(searchTerms('one-piece and/or 2000-2001 a.b.c')).toEqual(tokenize('one-piece and/or 2000-2001 a.b.c'));
    expect(searchTerms(`a${'-1'.repeat(1000)}`).length).toBeLessThan(2000);
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
