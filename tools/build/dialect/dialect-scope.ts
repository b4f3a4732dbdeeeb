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

/** Follows the statements of the top level in their order: which names have been declared by then. */
class TopLevel {
  private readonly functions = new Map<string, AnyNode>();
  private readonly names = new Set<string>();
  private readonly defined = new Set<string>();
  readonly found: Finding[] = [];

  constructor(program: Program) {
    for (const one of declaredIn(program).vars) {
      this.names.add(one.name);
      if (isFunction(one.node)) this.functions.set(one.name, one.node);
    }
  }

  /** Follows a reference through the functions that it leads to. from: the way that led to it, in words. */
  private follow(reference: Identifier, seen: Set<string>, from: string): void {
    if (!this.names.has(reference.name) || seen.has(reference.name)) return;
    seen.add(reference.name);
    if (!this.defined.has(reference.name)) {
      this.found.push({
        rule: 'hoisting',
        at: reference.start,
        text: `${reference.name} is reached from the top level${from} before its declaration has run`,
      });
      return;
    }
    const target = this.functions.get(reference.name);
    if (!target) return;
    const { fixed, vars } = declaredIn(target);
    const own = new Set([...fixed, ...vars.map((one) => one.name)]);
    for (const inner of references(target, false))
      if (!own.has(inner.name)) this.follow(inner, seen, ` through ${reference.name}`);
  }

  private declare(statement: AnyNode & { type: 'VariableDeclaration' }): void {
    for (const { id, init } of statement.declarations) {
      if (init) for (const reference of references(init, false)) this.follow(reference, new Set(), '');
      if (id.type !== 'Identifier') continue;
      this.defined.add(id.name);
      if (init && isFunction(init)) this.functions.set(id.name, init);
    }
  }

  /** A statement that is no declaration; it may hold some. */
  private pass(statement: AnyNode): void {
    const own = declaredIn(statement).vars;
    for (const reference of references(statement, false)) {
      if (!own.some((one) => one.name === reference.name && one.at <= reference.end))
        this.follow(reference, new Set(), '');
    }
    for (const one of own) this.defined.add(one.name);
  }

  take(statement: AnyNode): void {
    if (statement.type === 'VariableDeclaration') this.declare(statement);
    else if (statement.type !== 'FunctionDeclaration') this.pass(statement);
    else if (statement.id) this.defined.add(statement.id.name);
  }
}

/** Calls at the top level that reach, through any function they lead to, a name whose declaration has not run yet. */
function lateTopLevel(program: Program): Finding[] {
  const top = new TopLevel(program);
  for (const statement of program.body as AnyNode[]) top.take(statement);
  return top.found;
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
