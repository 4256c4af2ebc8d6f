import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { attuneHere } from './attune.ts';
import { cases, folderCases, unkeptCases } from './cases.ts';
import { goldenFolder, readAnswers, readGolden, sha256 } from './files.ts';
import { copyOf } from './temporary.ts';

// Files that an earlier build wrote. When one of these tests fails, users' files or their answers change: see write.ts.

const attune = await attuneHere();
const golden = readAnswers();
const named = <Case extends { name: string }>(list: Case[]) => list.map((each) => [each.name, each] as const);
const repeatable = cases.filter((each) => each.repeatable);

/** Answers with the parts of explanations to five digits: they were double precision once, and are computed by the kernels now. */
function rounded(answers: unknown): unknown {
  const parts = (list: { score: number }[]) => list.map((part) => ({ ...part, score: Number(part.score.toPrecision(5)) }));
  return JSON.parse(JSON.stringify(answers, (key, value) => (key === 'contributions' ? parts(value) : value)));
}

describe('what is made anew', () => {
  it.each(named(repeatable))('as %s has the bytes and gives the answers that it had', async (name, each) => {
    const { bytes, answers } = await each.make(attune, 1);
    expect(rounded(answers)).toEqual(rounded(golden[name].answers));
    expect({ sizeBytes: bytes.length, sha256: sha256(bytes) }).toEqual({ sizeBytes: golden[name].sizeBytes, sha256: golden[name].sha256 });
    if (each.keep === 'hash') expect(await each.load(attune, bytes)).toEqual(answers);
  });

  it.each(named(cases.filter((each) => !each.repeatable)))('as %s gives the answers that it gave', async (name, each) => {
    expect(rounded((await each.make(attune, 1)).answers)).toEqual(rounded(golden[name].answers));
  });

  it.each(named(repeatable.filter((each) => each.parallel)))('as %s by two threads has the same bytes', async (name, each) => {
    expect(sha256((await each.make(attune, 2)).bytes)).toBe(golden[name].sha256);
  });
});

describe('an old file', () => {
  it.each(named(cases.filter((each) => each.keep === 'file')))('of %s loads and gives the answers that it gave', async (name, each) => {
    expect(rounded(await each.load(attune, readGolden(name)))).toEqual(rounded(golden[name].answers));
  });

  it('is kept of every case, and of no other', () => {
    expect(Object.keys(golden).sort()).toEqual([...cases, ...folderCases, ...unkeptCases].map(({ name }) => name).sort());
  });
});

describe('what has no file', () => {
  it.each(named(unkeptCases))('as %s gives the answers that it gave', async (name, each) => {
    expect(await each.ask(attune)).toEqual(golden[name].answers);
  });
});

describe('a folder', () => {
  const copies: { remove(): void }[] = [];
  const copy = (folder?: string) => {
    const made = copyOf(folder);
    copies.push(made);
    return made.path;
  };
  afterEach(() => {
    for (const each of copies.splice(0)) each.remove();
  });

  it.each(named(folderCases))('of %s written long ago gives the answers that it gave', async (name, each) => {
    expect(await each.read(attune, copy(join(goldenFolder, name)))).toEqual(golden[name].answers);
  });

  it.each(named(folderCases))('of %s written anew gives the same answers', async (name, each) => {
    const folder = copy();
    await each.write(attune, folder);
    expect(await each.read(attune, folder)).toEqual(golden[name].answers);
  });
});
