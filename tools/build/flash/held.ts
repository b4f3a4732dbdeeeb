// Finds the functions that objects hold: `{ read: readPage }`, `hal.after = function ...`. Each costs a board four
// variables, one for each parameter, and more where it is copied to another object. Where a property never holds
// anything else, the function's place in flash can stand there instead, a number that costs nothing beside the name,
// and whoever takes it out fetches the function (overlay.ts). A property is such a one when it is the firmware's own
// and every value stored in it, anywhere in the program, is a function of the top level, a function expression, what
// another such property holds, or nothing; and none of them asks for its `this`, which a fetched function has not.
// Leaves to others: which functions may leave RAM at all, moving and fetching them (overlay.ts).
import { declaredIn, isFunction, isReference, walk, type AnyNode, type FunctionNode } from '../dialect/dialect-walk';

export interface Held {
  /** Values stored in such properties: names of functions at the top level. */
  names: Set<AnyNode>;
  /** The same, function expressions that take nothing from the functions around them. */
  expressions: Set<AnyNode & FunctionNode>;
  /** Uses of such properties that need the function itself. */
  taken: AnyNode[];
}

interface Member {
  node: AnyNode;
  key: string;
}

function keyOf(node: AnyNode | undefined): string | undefined {
  return node?.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier'
    ? node.property.name
    : undefined;
}

/** Does a function (not those within it) use `this` or `arguments`. */
function asksForThis(fn: AnyNode): boolean {
  let asks = false;
  walk(fn, (node) => {
    if (node !== fn && isFunction(node)) return false;
    if (node.type === 'ThisExpression' || (node.type === 'Identifier' && node.name === 'arguments')) asks = true;
    return undefined;
  });
  return asks;
}

/** Null or undefined. */
function isNothing(node: AnyNode): boolean {
  return (
    (node.type === 'Literal' && node.raw === 'null') || (node.type === 'UnaryExpression' && node.operator === 'void')
  );
}

/** Does an expression's value only decide something: a number does that as well as a function. */
function isTested(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (parent?.type === 'IfStatement' || parent?.type === 'ConditionalExpression') return parent.test === node;
  if (parent?.type === 'LogicalExpression') return parent.operator === '&&' && parent.left === node;
  return parent?.type === 'UnaryExpression' && parent.operator === '!';
}

/** What the program stores in its properties and where it uses them. */
class Properties {
  readonly stored = new Map<string, AnyNode[]>();
  readonly used: Member[] = [];
  /** Properties that are written in a way that is not followed. */
  readonly spoilt = new Set<string>();
  readonly scopesOf = new Map<AnyNode, AnyNode[]>();

  constructor(program: AnyNode) {
    walk(program, (node, parents) => {
      if (isFunction(node) || node.type === 'Identifier') this.scopesOf.set(node, parents.filter(isFunction));
      if (node.type === 'Property') this.readLiteral(node);
      const key = keyOf(node);
      if (key !== undefined) this.readMember({ node, key }, parents[parents.length - 1]);
    });
  }

  private store(key: string, value: AnyNode): void {
    const values = this.stored.get(key);
    if (values) values.push(value);
    else this.stored.set(key, [value]);
  }

  /** A property of an object literal. */
  private readLiteral({ key, value }: AnyNode & { type: 'Property' }): void {
    if (key.type === 'Identifier') this.store(key.name, value);
    else if (key.type === 'Literal') this.spoilt.add(String(key.value));
  }

  /** A use of `object.key`. */
  private readMember(member: Member, parent: AnyNode | undefined): void {
    const { node, key } = member;
    if (parent?.type === 'AssignmentExpression' && parent.left === node) {
      if (parent.operator === '=') this.store(key, parent.right);
      else this.spoilt.add(key);
    } else if (
      parent?.type === 'UpdateExpression' ||
      (parent?.type === 'UnaryExpression' && parent.operator === 'delete')
    )
      this.spoilt.add(key);
    else if (!isTested(node, parent)) this.used.push(member);
  }
}

/** Does a function take variables from the functions around it. */
function isClosure(fn: AnyNode & FunctionNode, around: readonly AnyNode[]): boolean {
  const namesOf = (scope: AnyNode): string[] => [
    ...declaredIn(scope).fixed,
    ...declaredIn(scope).vars.map((one) => one.name),
  ];
  const outer = new Set(around.flatMap(namesOf));
  let takes = false;
  const visit = (scope: AnyNode, own: ReadonlySet<string>): void =>
    walk(scope, (node, parents) => {
      if (node !== scope && isFunction(node)) {
        visit(node, new Set([...own, ...namesOf(node)]));
        return false;
      }
      if (isReference(node, parents[parents.length - 1]) && !own.has(node.name) && outer.has(node.name)) takes = true;
      return undefined;
    });
  visit(fn, new Set(namesOf(fn)));
  return takes;
}

/** Reads a whole program. isOwn: may a property of this name be used so; functions: those of the top level. */
export function heldFunctions(
  program: AnyNode,
  functions: ReadonlyMap<string, AnyNode>,
  isOwn: (key: string) => boolean,
): Held {
  const { stored, used, spoilt, scopesOf } = new Properties(program);
  const isTop = (node: AnyNode): boolean =>
    node.type === 'Identifier' &&
    functions.has(node.name) &&
    !asksForThis(functions.get(node.name)!) &&
    !scopesOf
      .get(node)!
      .some(
        (scope) =>
          declaredIn(scope).fixed.has(node.name) || declaredIn(scope).vars.some((one) => one.name === node.name),
      );
  const keys = new Set([...stored.keys()].filter((key) => isOwn(key) && !spoilt.has(key)));
  const fits = (value: AnyNode): boolean =>
    isNothing(value) ||
    isTop(value) ||
    (value.type === 'FunctionExpression' && !asksForThis(value)) ||
    keys.has(keyOf(value) ?? '');
  for (let size = -1; size !== keys.size;) {
    size = keys.size;
    for (const key of keys) if (!stored.get(key)!.every(fits)) keys.delete(key);
  }
  const values = new Set([...keys].flatMap((key) => stored.get(key)!));
  const expressions = [...values].filter((value) => value.type === 'FunctionExpression') as (AnyNode & FunctionNode)[];
  return {
    names: new Set([...values].filter((value) => value.type === 'Identifier')),
    expressions: new Set(expressions.filter((fn) => !isClosure(fn, scopesOf.get(fn)!))),
    taken: used.filter(({ node, key }) => keys.has(key) && !values.has(node)).map(({ node }) => node),
  };
}
