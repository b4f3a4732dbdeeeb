// Walking the syntax tree of an emitted image: children in source order, functions apart, names a node declares.
// The rules are in dialect-names.ts and dialect-scope.ts.
import type { AnyNode, Function as FunctionNode, Identifier, Program } from 'acorn';

export type { AnyNode, FunctionNode, Identifier, Program };

/** One finding: which rule, where in the emitted text (offset), and what to do instead. */
export interface Finding {
  rule: string;
  at: number;
  text: string;
}

export function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

export function isFunction(node: AnyNode): node is AnyNode & FunctionNode {
  return node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression';
}

const knownChildren = new WeakMap<AnyNode, AnyNode[]>();

/** The direct children, in source order. */
export function childrenOf(node: AnyNode): AnyNode[] {
  const known = knownChildren.get(node);
  if (known) return known;
  const children: AnyNode[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (key === 'type') continue;
    if (isNode(value)) children.push(value);
    else if (Array.isArray(value)) children.push(...value.filter(isNode));
  }
  children.sort((a, b) => a.start - b.start);
  knownChildren.set(node, children);
  return children;
}

/** Visits `node` and everything below it; `enter` answers false to stay out of a node. */
export function walk(
  node: AnyNode,
  enter: (node: AnyNode, parents: readonly AnyNode[]) => boolean | void,
  parents: AnyNode[] = [],
): void {
  if (enter(node, parents) === false) return;
  parents.push(node);
  for (const child of childrenOf(node)) walk(child, enter, parents);
  parents.pop();
}

/** True when this identifier reads or writes a variable (and is no property name, declaration or label). */
export function isReference(node: AnyNode, parent: AnyNode | undefined): node is Identifier {
  if (node.type !== 'Identifier') return false;
  if (!parent) return true;
  if (parent.type === 'MemberExpression') return parent.computed || parent.object === node;
  if (parent.type === 'Property') return parent.value === node || parent.computed;
  if (parent.type === 'VariableDeclarator') return parent.init === node;
  if (isFunction(parent) || parent.type === 'CatchClause') return false;
  return parent.type !== 'LabeledStatement' && parent.type !== 'BreakStatement' && parent.type !== 'ContinueStatement';
}

export interface Declared {
  fixed: Set<string>;
  vars: { name: string; at: number; node: AnyNode; parents: AnyNode[] }[];
}

const knownDeclared = new WeakMap<AnyNode, Declared>();

/**
 * The names that a function (or the program) declares itself: parameters, its own name, `var`s and inner declarations.
 */
export function declaredIn(scope: AnyNode): Declared {
  const known = knownDeclared.get(scope);
  if (known) return known;
  const fixed = new Set<string>();
  const vars: Declared['vars'] = [];
  if (isFunction(scope)) {
    for (const param of scope.params) if (param.type === 'Identifier') fixed.add(param.name);
    if (scope.type === 'FunctionExpression' && scope.id) fixed.add(scope.id.name);
  }
  walk(scope, (node, parents) => {
    if (node !== scope && isFunction(node)) {
      if (node.type === 'FunctionDeclaration' && node.id)
        vars.push({ name: node.id.name, at: node.start, node, parents: [...parents] });
      return false;
    }
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier')
      vars.push({ name: node.id.name, at: node.end, node, parents: [...parents] });
    if (node.type === 'CatchClause' && node.param?.type === 'Identifier') fixed.add(node.param.name);
    return undefined;
  });
  const declared = { fixed, vars };
  knownDeclared.set(scope, declared);
  return declared;
}
