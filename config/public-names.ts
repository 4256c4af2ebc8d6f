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

export function publicNames(): Record<string, PublicNames> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  const files = entries.map((entry) => join(root, `src/entries/${entry}.ts`));
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const own = program.getSourceFiles().filter((source) => source.fileName.startsWith(join(root, 'src')));
  const onlyTypes = new Set(own.flatMap((source) => typesOfStars(source, checker)));
  return Object.fromEntries(
    entries.map((entry, k) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(files[k]) as ts.SourceFile) as ts.Symbol;
      const names: PublicNames = { values: [], types: [] };
      for (const symbol of checker.getExportsOfModule(module)) {
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        const value = !onlyTypes.has(symbol) && isValue(symbol, target);
        if (value || target.flags & ts.SymbolFlags.Type || !onlyTypes.has(symbol)) names[value ? 'values' : 'types'].push(symbol.name);
      }
      return [moduleName(entry), { values: names.values.sort(), types: names.types.sort() }];
    }),
  );
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
