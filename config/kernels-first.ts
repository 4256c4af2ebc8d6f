/**
 * Orders the imports of files so that a bundle begins with the code of its kernels. It is a sixth of a page and like nothing else in it: amid
 * other code it makes what stands around it compress worse, by half a kilobyte in a page with ALS. Files of attune do nothing when they are
 * loaded, so that they may come in any order.
 */
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** What the files of subpaths import first. */
const firstClass = '/recommenders/als/als.js';

type Link = (ts.ImportDeclaration | ts.ExportDeclaration) & { moduleSpecifier: ts.StringLiteral };

/** @param codes texts of all files by path */
export function kernelsFirst(codes: Map<string, string>): Map<string, string> {
  const links = new Map([...codes].map(([file, code]) => [file, linksOf(code)]));
  const steps = stepsToKernels(codes, links);
  const result = new Map<string, string>();
  for (const [file, code] of codes) {
    const own = links.get(file) as Link[];
    const stepsOf = (link: Link) =>
      targetOf(file, link).endsWith(firstClass) ? -1 : (steps.get(targetOf(file, link)) ?? Number.POSITIVE_INFINITY);
    // An import without names only loads a file, which does nothing.
    const named = own.filter((link) => ts.isExportDeclaration(link) || link.importClause);
    const sorted = named.sort((a, b) => (stepsOf(a) === stepsOf(b) ? 0 : stepsOf(a) - stepsOf(b)));
    let text = code;
    for (const { pos, end } of [...own].reverse()) text = text.slice(0, pos) + text.slice(end);
    result.set(file, kernelsOf(file, codes) + sorted.map((link) => link.getText()).join('') + text);
  }
  return result;
}

/** Imports of the kernels with which a page with ALS answers, for its class. It has them anyway. */
function kernelsOf(file: string, codes: Map<string, string>): string {
  if (!file.endsWith(firstClass)) return '';
  const families = [...codes.keys()].filter((name) => /\/engine\/generated\/families\/(als|dense|ranking)\.js$/.test(name));
  return families
    .map((name, k) => `import{${kernelNameOf(codes.get(name) as string)} as k${k}}from"../../${name.slice(name.indexOf('engine/'))}";`)
    .join('');
}

const kernelNameOf = (code: string) => /export\{(?:\w+ as )?(\w+)\}/.exec(code)?.[1];

/** Imports and re-exports of files. */
function linksOf(code: string): Link[] {
  const { statements } = ts.createSourceFile('file.js', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  return statements.filter(
    (each): each is Link =>
      (ts.isImportDeclaration(each) || ts.isExportDeclaration(each)) && /^"\./.test(each.moduleSpecifier?.getText() ?? ''),
  );
}

const targetOf = (file: string, { moduleSpecifier }: Link) => join(dirname(file), moduleSpecifier.text);

/** How many imports a file is from the code of kernels; undefined for those that need none. */
function stepsToKernels(codes: Map<string, string>, links: Map<string, Link[]>): Map<string, number> {
  const importers = new Map<string, string[]>();
  for (const [file, own] of links)
    for (const link of own) importers.set(targetOf(file, link), [...(importers.get(targetOf(file, link)) ?? []), file]);
  const steps = new Map<string, number>();
  for (const file of codes.keys()) if (/\/engine\/generated\/(code|families)\//.test(file)) steps.set(file, /\/code\//.test(file) ? 0 : 1);
  for (const [file, count] of steps) for (const next of importers.get(file) ?? []) if (!steps.has(next)) steps.set(next, count + 1);
  return steps;
}
