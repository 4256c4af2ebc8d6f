/**
 * Lets bundlers drop what a page does not use. The build puts many modules into one file, and of a file bundlers keep every statement that may
 * do something: `const checks = { ...shared, n: integer() }` or a class with static fields. Modules of attune do nothing when they are loaded
 * (package.json says so, as `sideEffects: false`), so each such value becomes the result of a function marked as pure.
 */
import ts from 'typescript';

/** Marks the values of constants of a file. */
export function pureStatements(code: string): string {
  const file = ts.createSourceFile('chunk.js', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const edits: [at: number, text: string][] = [];
  const mark = (value: ts.Node) => edits.push([value.getStart(file), '/* @__PURE__ */ (() => '], [value.end, ')()']);
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { initializer } of statement.declarationList.declarations) {
      if (!initializer || !mayAct(initializer)) continue;
      if (ts.isObjectLiteralExpression(initializer)) {
        edits.push([initializer.getStart(file), '/* @__PURE__ */ (() => ('], [initializer.end, '))()']);
      } else mark(initializer);
    }
  }
  let marked = code;
  for (const [at, text] of edits.sort(([a], [b]) => b - a)) marked = marked.slice(0, at) + text + marked.slice(at);
  return marked;
}

/** Whether evaluating a value runs code, as far as a bundler can tell. */
function mayAct(value: ts.Node): boolean {
  if (ts.isFunctionLike(value) || ts.isLiteralExpression(value) || ts.isIdentifier(value)) return false;
  if (ts.isClassLike(value))
    return value.members.some((member) => ts.canHaveModifiers(member) && isStatic(member)) || value.heritageClauses !== undefined;
  const acts =
    ts.isCallExpression(value) ||
    ts.isNewExpression(value) ||
    ts.isSpreadElement(value) ||
    ts.isSpreadAssignment(value) ||
    ts.isPropertyAccessExpression(value) ||
    ts.isElementAccessExpression(value) ||
    ts.isTemplateExpression(value) ||
    ts.isTaggedTemplateExpression(value) ||
    ts.isBinaryExpression(value);
  return acts || (ts.forEachChild(value, mayAct) ?? false);
}

function isStatic(member: ts.Node & { modifiers?: ts.NodeArray<ts.ModifierLike> }): boolean {
  return member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? ts.isClassStaticBlockDeclaration(member);
}
