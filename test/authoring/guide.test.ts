import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { embedderConformance, vectorIndexConformance } from '../support/conformance.ts';
import { letterEmbedder } from './guide/letter-embedder.ts';
import { PlainIndex } from './guide/plain-index.ts';

it('every TypeScript block of the guide for authors is a file that is tested here', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/authoring.md'), 'utf8');
  const blocks = Array.from(guide.matchAll(/```ts\n(.*?)```/gs), ([, block]) => block);
  const files = ['bought-together', 'bought-together.test', 'letter-embedder', 'plain-index'];
  expect(blocks).toEqual(files.map((name) => readFileSync(join(import.meta.dirname, 'guide', `${name}.ts`), 'utf8')));
});

describe('the embedder of the guide', () => embedderConformance({ open: () => letterEmbedder() }));

describe('the vector index of the guide', () => vectorIndexConformance({ open: (dimensions) => new PlainIndex(dimensions) }));
