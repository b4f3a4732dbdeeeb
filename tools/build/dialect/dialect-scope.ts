// Dialect rules about names and order. Espruino does not hoist: a function or variable exists from the moment its
// declaration runs, an assignment before that goes to the outer variable, and a name nobody declared is an error.
import {
  declaredIn,
  isFunction,
  isReference,
  walk,
  type AnyNode,
  type Finding,
  type Identifier,
  type Program,
} from './dialect-walk';

/** Where a declaration takes effect: the nearest part of the program that may be skipped as a whole. */
function blockOf(parents: readonly AnyNode[], scope: AnyNode): AnyNode {
  for (let i = parents.length - 1; i >= 0; i--) {
    const node = parents[i];
    const inner = parents[i + 1];
    if (node === scope) break;
    if (node.type === 'BlockStatement' && node !== (scope as { body?: unknown }).body) return node;
    if (node.type === 'SwitchCase') return node;
    const isBranch =
      (node.type === 'IfStatement' && inner !== node.test) ||
      (node.type === 'ForStatement' && inner === node.body) ||
      ((node.type === 'ForInStatement' || node.type === 'WhileStatement') && inner === node.body);
    if (isBranch && inner) return inner;
  }
  return scope;
}

/** Uses of a function's own variables that no declaration has reached by then. */
export function lateVars(scope: AnyNode): Identifier[] {
  const { fixed, vars } = declaredIn(scope);
  const byName = new Map<string, { at: number; block: AnyNode }[]>();
  for (const one of vars) {
    const list = byName.get(one.name) ?? [];
    list.push({ at: one.at, block: blockOf(one.parents, scope) });
    byName.set(one.name, list);
  }
  const found: Identifier[] = [];
  walk(scope, (node, parents) => {
    if (node !== scope && isFunction(node)) return false;
    const parent = parents[parents.length - 1];
    if (!isReference(node, parent) || fixed.has(node.name)) return undefined;
    const declared = byName.get(node.name);
    const isCovered = declared?.some(
      (one) =>
        one.at <= node.end && (one.block === scope || (one.block.start <= node.start && node.end <= one.block.end)),
    );
    if (declared && !isCovered) found.push(node);
    return undefined;
  });
  return found;
}

/** Every reference below `node`, inner functions left out unless `isDeep`. */
function references(node: AnyNode, isDeep: boolean): Identifier[] {
  const found: Identifier[] = [];
  walk(node, (one, parents) => {
    const parent = parents[parents.length - 1];
    const isCalledAtOnce = parent?.type === 'CallExpression' && parent.callee === one;
    if (one !== node && isFunction(one) && !isDeep && !isCalledAtOnce) return false;
    if (isReference(one, parent)) found.push(one);
    return undefined;
  });
  return found;
}

/** Calls at the top level that reach, through any function they lead to, a name whose declaration has not run yet. */
function lateTopLevel(program: Program): Finding[] {
  const functions = new Map<string, AnyNode>();
  const names = new Set<string>();
  for (const one of declaredIn(program).vars) {
    names.add(one.name);
    if (isFunction(one.node)) functions.set(one.name, one.node);
  }
  const defined = new Set<string>();
  const found: Finding[] = [];
  const visit = (reference: Identifier, seen: Set<string>, from: string): void => {
    if (!names.has(reference.name) || seen.has(reference.name)) return;
    seen.add(reference.name);
    const target = functions.get(reference.name);
    if (!defined.has(reference.name)) {
      found.push({
        rule: 'hoisting',
        at: reference.start,
        text: `${reference.name} is reached from the top level${from} before its declaration has run`,
      });
      return;
    }
    if (!target) return;
    const { fixed, vars } = declaredIn(target);
    const own = new Set([...fixed, ...vars.map((one) => one.name)]);
    for (const inner of references(target, false))
      if (!own.has(inner.name)) visit(inner, seen, ` through ${reference.name}`);
  };
  for (const statement of program.body as AnyNode[]) {
    if (statement.type === 'FunctionDeclaration') {
      if (statement.id) defined.add(statement.id.name);
      continue;
    }
    if (statement.type === 'VariableDeclaration') {
      for (const one of statement.declarations) {
        if (one.init) for (const reference of references(one.init, false)) visit(reference, new Set(), '');
        if (one.id.type === 'Identifier') {
          defined.add(one.id.name);
          if (one.init && isFunction(one.init)) functions.set(one.id.name, one.init);
        }
      }
      continue;
    }
    const own = declaredIn(statement).vars;
    for (const reference of references(statement, false)) {
      if (!own.some((one) => one.name === reference.name && one.at <= reference.end)) visit(reference, new Set(), '');
    }
    for (const one of own) defined.add(one.name);
  }
  return found;
}

/** Names that a function asks for with `typeof` before it uses them: code for engines that have them. */
function guardedIn(scope: AnyNode): string[] {
  const names: string[] = [];
  walk(scope, (node) => {
    if (node !== scope && isFunction(node)) return false;
    if (node.type === 'UnaryExpression' && node.operator === 'typeof' && node.argument.type === 'Identifier')
      names.push(node.argument.name);
    return undefined;
  });
  return names;
}

/** Names that nothing declares and Espruino does not have, and every use of `arguments`. */
function unknownNames(program: Program, globals: ReadonlySet<string>): Finding[] {
  const found: Finding[] = [];
  const scopes: Set<string>[] = [];
  const enterScope = (node: AnyNode): void => {
    const { fixed, vars } = declaredIn(node);
    scopes.push(new Set([...fixed, ...vars.map((one) => one.name), ...guardedIn(node)]));
  };
  const visit = (node: AnyNode): void => {
    enterScope(node);
    walk(node, (one, parents) => {
      if (one !== node && isFunction(one)) {
        visit(one);
        return false;
      }
      if (!isReference(one, parents[parents.length - 1])) return undefined;
      if (one.name === 'arguments')
        found.push({
          rule: 'arguments',
          at: one.start,
          text: 'arguments.length is padded on Espruino: name the parameters',
        });
      else if (!globals.has(one.name) && !scopes.some((names) => names.has(one.name)))
        found.push({ rule: 'unknown-global', at: one.start, text: `${one.name} does not exist on Espruino` });
      return undefined;
    });
    scopes.pop();
  };
  visit(program);
  return found;
}

/** All findings about order and names in a program. globals: the names that need no declaration. */
export function scopeFindings(program: Program, globals: ReadonlySet<string>): Finding[] {
  const found = [...lateTopLevel(program), ...unknownNames(program, globals)];
  walk(program, (node) => {
    if (!isFunction(node)) return;
    for (const { name, start } of lateVars(node))
      found.push({ rule: 'hoisting', at: start, text: `${name} is used where its declaration has not run` });
  });
  return found;
}
