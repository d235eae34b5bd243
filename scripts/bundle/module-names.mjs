// What modules of our own give to others and take from them: of names that exist while the server runs, not of types.
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';

/**
 * @typedef {{ is: 'value' | 'function' | 'other', parameters?: string[], path?: string, name?: string }} Given
 * @typedef {{ gives: Map<string, Given>, takes: Map<string, Set<string>> }} ModuleNames `*` stands for all names
 */

/** Parameters to pass on: those with defaults see undefined as they would see nothing. */
function parametersOf({ parameters }) {
  return parameters.map((parameter, index) => (parameter.dotDotDotToken ? '...rest' : `p${index}`));
}

const isExported = (node) => node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
const VALUE = { is: 'value' };

function givenByVariable({ initializer }, isConstant) {
  const isFunction = initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer));
  return isFunction && isConstant ? { is: 'function', parameters: parametersOf(initializer) } : VALUE;
}

/**
 * @param {string} path relative to the root of the project
 * @returns {ModuleNames}
 * @throws {Error} for what the build does not know how to divide
 */
export function readModule(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  const gives = new Map();
  const takes = new Map();
  const take = (from, names) => {
    const target = from.startsWith('.') ? normalize(join(dirname(path), from)) : from;
    const known = takes.get(target) ?? new Set();
    takes.set(target, known);
    for (const name of names) known.add(name);
    return target;
  };
  for (const node of source.statements) {
    if (ts.isImportDeclaration(node)) {
      const { importClause: clause } = node;
      if (clause?.isTypeOnly) continue;
      const bindings = clause?.namedBindings;
      const names = [];
      if (clause?.name) names.push('default');
      if (bindings && ts.isNamespaceImport(bindings)) names.push('*');
      else
        for (const one of bindings?.elements ?? [])
          if (!one.isTypeOnly) names.push((one.propertyName ?? one.name).text);
      // A module whose import names only types is not loaded at all.
      if (names.length > 0 || clause === undefined) take(node.moduleSpecifier.text, names.length > 0 ? names : ['*']);
    } else if (ts.isExportDeclaration(node)) {
      if (node.isTypeOnly) continue;
      if (!node.exportClause || !ts.isNamedExports(node.exportClause))
        throw new Error(`${path}: the build knows only exports with names`);
      for (const one of node.exportClause.elements) {
        if (one.isTypeOnly) continue;
        const name = (one.propertyName ?? one.name).text;
        const from = node.moduleSpecifier;
        gives.set(one.name.text, from ? { is: 'other', path: take(from.text, [name]), name } : VALUE);
      }
    } else if (isExported(node)) {
      if (ts.isFunctionDeclaration(node)) {
        if (node.body) gives.set(node.name.text, { is: 'function', parameters: parametersOf(node) });
      } else if (ts.isVariableStatement(node)) {
        const isConstant = (node.declarationList.flags & ts.NodeFlags.Const) !== 0;
        if (!isConstant) throw new Error(`${path}: the parts of the bundle cannot share a variable that changes`);
        for (const one of node.declarationList.declarations) {
          if (!ts.isIdentifier(one.name)) throw new Error(`${path}: the build knows only exports with names`);
          gives.set(one.name.text, givenByVariable(one, isConstant));
        }
      } else if (ts.isClassDeclaration(node) || ts.isEnumDeclaration(node)) gives.set(node.name.text, VALUE);
    }
  }
  return { gives, takes };
}
