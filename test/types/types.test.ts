import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

// `tsc -p .` checks the same files as callers with this repository's options; some have stricter ones.
it('what a caller writes compiles, and what is wrong does not, under exactOptionalPropertyTypes', { timeout: 240_000 }, () => {
  const config = ts.readConfigFile(resolve(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const files = names.map((name) => resolve(import.meta.dirname, name));
  const program = ts.createProgram(files, { ...options, exactOptionalPropertyTypes: true });
  const wrong = files.flatMap((file) =>
    program.getSemanticDiagnostics(program.getSourceFile(file)).map(({ start, messageText, file: source }) => {
      const line = source && start !== undefined ? source.getLineAndCharacterOfPosition(start).line + 1 : 0;
      return `${file}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    }),
  );
  expect(wrong).toEqual([]);
});
