/** What each subpath exports, read from its types: the names as callers import them, values apart from types. */
import { join } from 'node:path';
import ts from 'typescript';
import { entries, moduleName, root } from './entries.ts';

export interface PublicNames {
  /** Functions, classes, constants and namespaces. */
  values: string[];
  /** Interfaces and type aliases. */
  types: string[];
}

/** The committed list, which `npm run exports` writes. */
export const publicNamesFile = join(root, 'test/package/public-names.json');

/** The committed list of types, which `npm run exports` writes. */
export const publicTypesFile = join(root, 'test/package/public-types.txt');

/** The public face: names by subpath, and what each of them is. */
export function publicFace(): { names: Record<string, PublicNames>; types: string } {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  const files = entries.map((entry) => join(root, `src/entries/${entry}.ts`));
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const own = program.getSourceFiles().filter((source) => source.fileName.startsWith(join(root, 'src')));
  const onlyTypes = new Set(own.flatMap((source) => typesOfStars(source, checker)));
  const described = new Map<ts.Symbol, string>();
  const names = Object.fromEntries(
    entries.map((entry, k) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(files[k]) as ts.SourceFile) as ts.Symbol;
      const names: PublicNames = { values: [], types: [] };
      for (const symbol of checker.getExportsOfModule(module)) {
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        const value = !onlyTypes.has(symbol) && isValue(symbol, target);
        if (value || target.flags & ts.SymbolFlags.Type || !onlyTypes.has(symbol)) {
          names[value ? 'values' : 'types'].push(symbol.name);
          if (!described.has(target)) described.set(target, descriptionOf(symbol.name, target, checker));
        }
      }
      return [moduleName(entry), { values: names.values.sort(), types: names.types.sort() }];
    }),
  );
  return { names, types: `${[...described.values()].sort().join('\n')}\n` };
}

const format = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;

/** A name with its members, one a line: parameters, results, options. What is private or marked as internal is left out. */
function descriptionOf(name: string, symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const lines: string[] = [];
  const text = (type: ts.Type) => checker.typeToString(type, undefined, format).replaceAll(`${root}/`, '');
  if (symbol.flags & ts.SymbolFlags.Value && symbol.valueDeclaration) {
    const type = checker.getTypeOfSymbol(symbol);
    const calls = [...type.getCallSignatures(), ...type.getConstructSignatures()];
    for (const call of calls) lines.push(checker.signatureToString(call, undefined, format));
    if (symbol.flags & ts.SymbolFlags.Class) {
      for (const member of type.getProperties())
        if (member.name !== 'prototype' && isPublic(member)) lines.push(`static ${memberOf(member)}`);
    } else if (calls.length === 0) lines.push(text(type));
  }
  if (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) {
    for (const member of checker.getDeclaredTypeOfSymbol(symbol).getProperties()) if (isPublic(member)) lines.push(memberOf(member));
  } else if (symbol.flags & ts.SymbolFlags.TypeAlias) lines.push(text(checker.getDeclaredTypeOfSymbol(symbol)));
  return [name, ...lines.sort().map((line) => `  ${line}`)].join('\n');

  function memberOf(member: ts.Symbol): string {
    const name = member.name.replace(/^__@(\w+)@\d+$/, '[Symbol.$1]'); // the number depends on everything the compiler saw before
    return `${name}${member.flags & ts.SymbolFlags.Optional ? '?' : ''}: ${text(checker.getTypeOfSymbol(member))}`;
  }
}

function isPublic(member: ts.Symbol): boolean {
  if (member.name.startsWith('#')) return false;
  const isPrivate = member.declarations?.some((it) => ts.getCombinedModifierFlags(it) & ts.ModifierFlags.Private);
  return !isPrivate && !member.getJsDocTags().some(({ name }) => name === 'internal');
}

/** What `export type * from` brings: functions and constants among it cannot be called. */
function typesOfStars(source: ts.SourceFile, checker: ts.TypeChecker): ts.Symbol[] {
  const stars = source.statements.filter(ts.isExportDeclaration).filter((it) => it.isTypeOnly && !it.exportClause && it.moduleSpecifier);
  return stars.flatMap((it) => checker.getExportsOfModule(checker.getSymbolAtLocation(it.moduleSpecifier as ts.Expression) as ts.Symbol));
}

/** A class that is exported as a type only can be named and not called. */
function isValue(symbol: ts.Symbol, target: ts.Symbol): boolean {
  const typeOnly = symbol.declarations?.some(
    (it) => ts.isExportSpecifier(it) && (it.isTypeOnly || (it.parent.parent as ts.ExportDeclaration).isTypeOnly),
  );
  return !typeOnly && (target.flags & ts.SymbolFlags.Value) !== 0;
}
