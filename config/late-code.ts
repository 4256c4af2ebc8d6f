/**
 * Which files of `src` attune needs when it is imported (early), and which only when something is called (late). An early file needs at once the
 * files of what it extends, passes on as a class or a constant, or uses outside functions; everything else may come later. See build-node.ts.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { root } from './entries.ts';

export const src = join(root, 'src');

/** An import or a re-export of values. */
export interface Edge {
  statement: ts.ImportDeclaration | ts.ExportDeclaration;
  file: string;
  /** Name in the file it comes from, and here; undefined for all. */
  names: { from: string; here: string }[] | undefined;
}

export interface SourceFile {
  source: ts.SourceFile;
  functions: string[];
  edges: Edge[];
  /** Places where an imported name is used as a value. */
  uses: Map<string, ts.Identifier[]>;
  /** Imported names that are used outside functions, or that something else in the file is called as well. */
  atOnce: Set<string>;
}

const files = new Map<string, SourceFile>();

export function sourceFile(file: string): SourceFile {
  let read = files.get(file);
  if (!read) files.set(file, (read = readSource(file)));
  return read;
}

function readSource(file: string): SourceFile {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  const read: SourceFile = { source, functions: [], edges: [], uses: new Map(), atOnce: new Set() };
  for (const statement of source.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.body && isExported(statement)) read.functions.push(statement.name?.text as string);
    const edge = edgeOf(statement, file);
    if (edge) read.edges.push(edge);
  }
  const imported = read.edges.filter(({ statement }) => ts.isImportDeclaration(statement)).flatMap(({ names }) => names ?? []);
  for (const { here } of imported) read.uses.set(here, []);
  for (const statement of source.statements) if (!ts.isImportDeclaration(statement)) visit(statement, false);
  return read;

  function visit(node: ts.Node, inFunction: boolean): void {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ImplementsKeyword) return;
    if (ts.isExportDeclaration(node) && (node.moduleSpecifier || node.isTypeOnly)) return;
    if (ts.isIdentifier(node) && read.uses.has(node.text)) use(node, inFunction);
    ts.forEachChild(node, (child) => visit(child, inFunction || runsLater(node, child)));
  }

  function use(name: ts.Identifier, inFunction: boolean): void {
    const { parent } = name;
    if (ts.isPropertyAccessExpression(parent) && parent.name === name) return;
    if ((ts.isPropertyAssignment(parent) || ts.isClassElement(parent) || ts.isMethodDeclaration(parent)) && parent.name === name) return;
    if (ts.isBindingElement(parent) && parent.propertyName === name) return;
    const declared = 'name' in parent && parent.name === name && !ts.isShorthandPropertyAssignment(parent);
    if (declared || !inFunction || ts.isExportSpecifier(parent)) read.atOnce.add(name.text);
    else read.uses.get(name.text)?.push(name);
  }
}

/** Whether a part of a node runs when something is called, not when the file is loaded. */
function runsLater(node: ts.Node, part: ts.Node): boolean {
  if (ts.isFunctionLike(node)) return !('name' in node && node.name === part);
  return (
    ts.isPropertyDeclaration(node) && node.initializer === part && !node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)
  );
}

function edgeOf(statement: ts.Statement, file: string): Edge | undefined {
  if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return;
  const path = statement.moduleSpecifier && (statement.moduleSpecifier as ts.StringLiteral).text;
  if (!path?.startsWith('.')) return;
  const clause = ts.isImportDeclaration(statement) ? statement.importClause : statement;
  const named = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause;
  if (!clause || clause.isTypeOnly) return;
  const elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[] | undefined =
    named && (ts.isNamedImports(named) || ts.isNamedExports(named)) ? named.elements : undefined;
  const names = elements
    ?.filter(({ isTypeOnly }) => !isTypeOnly)
    .map(({ propertyName, name }) => ({ from: (propertyName ?? name).text, here: name.text }));
  return names?.length === 0 ? undefined : { statement, file: resolve(dirname(file), path), names };
}

const isExported = (node: ts.FunctionDeclaration) => node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;

/** Small helpers, which are called often and cost little to load. */
const helpers = /^(errors|options|text-table|(numeric|work|contracts|engine\/memory)\/.*)\.ts$/;

/** Whether a file can do without one that it imports until something in it is called. */
function canWait(file: string, { statement, file: target, names }: Edge): boolean {
  if (names === undefined || helpers.test(relative(src, target).replaceAll('\\', '/'))) return false;
  if (ts.isExportDeclaration(statement)) return names.every(({ from }) => sourceFile(target).functions.includes(from));
  return names.every(({ here }) => !sourceFile(file).atOnce.has(here));
}

const early = new Set([join(src, 'entries/index.ts')]);
for (const file of early) for (const edge of sourceFile(file).edges) if (!canWait(file, edge)) early.add(edge.file);

export const isEarly = (file: string): boolean => early.has(file);

/** What is loaded together, of what early files name: the files of a room of `src`, or of a family of recommenders. */
export function groupOf(file: string): string {
  const [room, part] = relative(src, dirname(file)).replaceAll('\\', '/').split('/');
  return /^(recommenders|semantic)$/.test(room) && part ? `${room}-${part}` : room;
}

/** Files of a group that early files name, with the names. */
export function lateNames(group: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const file of early) {
    for (const { file: target, names } of sourceFile(file).edges) {
      if (early.has(target) || groupOf(target) !== group) continue;
      const known = found.get(target) ?? new Set();
      for (const { from } of names ?? []) known.add(from);
      found.set(target, known);
    }
  }
  return found;
}
