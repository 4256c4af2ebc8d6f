import { describe, expect, it } from 'vitest';
import { abortSignal, anything, callback, choice, flag, integer, number, optional, readOptions, text } from '../src/options.ts';

const checks = {
  factors: integer({ default: 64, min: 1, max: 1024 }),
  regularization: number({ default: 0.1, above: 0 }),
  solver: choice(['auto', 'exact'], 'auto'),
  acceleration: flag(true),
  name: text({ default: 'als' }),
  signal: abortSignal,
  onProgress: callback<() => void>(),
  limit: optional(integer({ min: 0 })),
  extra: anything<unknown>(),
};
const read = (options: unknown) => readOptions('Model', options, checks);

describe('readOptions', () => {
  it('fills in defaults', () => {
    const expected = { factors: 64, regularization: 0.1, solver: 'auto', acceleration: true, name: 'als' };
    expect(read(undefined)).toMatchObject(expected);
    expect(read({ factors: undefined })).toMatchObject(expected);
    expect(read({ factors: 8, solver: 'exact', limit: 0 })).toMatchObject({ factors: 8, solver: 'exact', limit: 0 });
  });

  it('answers a typo with what was probably meant', () => {
    expect(() => read({ factor: 3 })).toThrow("Model: unknown option 'factor'. Did you mean 'factors'?");
    expect(() => read({ onprogress: 3 })).toThrow("Did you mean 'onProgress'?");
    expect(() => read({ somethingElse: 3 })).toThrow(/It knows 'factors', 'regularization'/);
  });

  it('takes names of Object.prototype for unknown ones', () => {
    expect(() => read({ constructor: 3 })).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    expect(() => read(JSON.parse('{"__proto__": 3}'))).toThrow("unknown option '__proto__'");
  });

  it.each([
    [{ factors: 0 }, "Model: option 'factors' must be a whole number from 1 up to 1024, got 0."],
    [{ factors: 1.5 }, 'got 1.5'],
    [{ factors: '8' }, 'got "8"'],
    [{ factors: Number.NaN }, 'got NaN'],
    [{ factors: null }, 'got null'],
    [{ regularization: 0 }, 'must be a number above 0, got 0'],
    [{ regularization: Number.POSITIVE_INFINITY }, 'got Infinity'],
    [{ solver: 'fast' }, 'must be one of "auto", "exact", got "fast"'],
    [{ acceleration: 1 }, 'must be one of true, false, got 1'],
    [{ name: '' }, 'must be a text that is not empty'],
    [{ signal: {} }, 'must be an AbortSignal'],
    [{ onProgress: 'yes' }, 'must be a function'],
    [{ limit: -1 }, 'must be a whole number from 0, got -1'],
  ])('refuses %j', (options, message) => {
    expect(() => read(options)).toThrow(message);
    expect(() => read(options)).toThrow(expect.objectContaining({ name: 'AttuneError', code: 'ERR_BAD_OPTION' }));
  });

  it.each([null, 3, 'als', [1]])('refuses %j in place of options', (options) => {
    expect(() => read(options)).toThrow('Model: expected an options object');
  });
});
