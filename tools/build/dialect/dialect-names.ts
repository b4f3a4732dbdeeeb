// Dialect rules that one node shows by itself: syntax that Espruino lacks or misreads, names it does not have, regular
// expression features. What Espruino has is host/sim/board/node/builtins.ts; the traps are those of its ES5 as it was
// tried.
import { METHODS, MISSING_METHODS, STATICS } from '../../../host/sim/board/node/builtins';
import type { AnyNode, Finding } from './dialect-walk';

const REGEX_TRAPS: readonly (readonly [RegExp, string])[] = [
  [/[*+?}]\?/, 'lazy quantifiers'],
  [/\{\d+(,\d*)?\}/, '{n,m} repetition'],
  [/\(\?/, 'groups of the form (?'],
  [/\\[bB]/, '\\b'],
  [/\\[1-9]/, 'back references'],
];

/** Native errors that carry no prototype chain to compare with, or that Espruino does not have at all. */
const NATIVE_ERRORS = ['TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError'];
const MAX_EXACT_POW = 52;

function isNumber(node: AnyNode | undefined): number | undefined {
  return node?.type === 'Literal' && typeof node.value === 'number' ? node.value : undefined;
}

function regexTraps(pattern: string, flags: string): string[] {
  // A character class may hold any of these signs for itself.
  const bare = pattern.replace(/\\\\/g, '').replace(/\[(?:\\.|[^\]\\])*\]/g, 'x');
  const found = REGEX_TRAPS.filter(([trap]) => trap.test(bare)).map(([, name]) => name);
  if (/[^gi]/.test(flags)) found.push(`flags ${flags}`);
  return found;
}

/** A call `object.method(args)`; object is empty where it is no name. */
interface MethodCall {
  node: AnyNode;
  object: AnyNode;
  objectName: string;
  method: string;
  methodAt: number;
  args: AnyNode[];
}

function methodCall(node: AnyNode & { type: 'CallExpression' }): MethodCall | undefined {
  const callee = node.callee as AnyNode;
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return undefined;
  const object = callee.object as AnyNode;
  return {
    node,
    object,
    objectName: object.type === 'Identifier' ? object.name : '',
    method: callee.property.name,
    methodAt: callee.property.start,
    args: node.arguments,
  };
}

/** Is an argument left out, or undefined or null. */
function isNothing(arg: AnyNode | undefined): boolean {
  if (arg === undefined) return true;
  if (arg.type === 'Identifier') return arg.name === 'undefined';
  return arg.type === 'Literal' && arg.value === null;
}

/** Methods whose use is wrong whatever their object is. */
function methodFindings({ object, method, methodAt }: MethodCall): Finding[] {
  const found: Finding[] = [];
  if (MISSING_METHODS.includes(method))
    found.push({ rule: 'missing-builtin', at: methodAt, text: `.${method}() does not exist on Espruino` });
  if (method === 'lastIndexOf' && object.type === 'ArrayExpression')
    found.push({ rule: 'missing-builtin', at: methodAt, text: 'arrays have no .lastIndexOf() on Espruino' });
  return found;
}

function objectCallFindings({ node, method, args }: MethodCall): Finding[] {
  const at = node.start;
  if (method === 'create' && args.length > 1)
    return [{ rule: 'missing-builtin', at, text: 'Object.create takes no properties on Espruino' }];
  if (!/^define/.test(method)) return [];
  const text = `Object.${method} does not keep its promises on Espruino (enumerable is ignored)`;
  return [{ rule: 'missing-builtin', at, text }];
}

function jsonCallFindings({ node, method, args }: MethodCall): Finding[] {
  if (isNothing(args[1])) return [];
  const text = `JSON.${method} takes no reviver and no replacer on Espruino`;
  return [{ rule: 'json-callback', at: node.start, text }];
}

function mathCallFindings({ node, method, args }: MethodCall): Finding[] {
  const exponent = isNumber(args[1]);
  if (method !== 'pow' || exponent === undefined || exponent <= MAX_EXACT_POW) return [];
  return [{ rule: 'inexact-pow', at: node.start, text: 'Math.pow is inexact from 2^53 on Espruino: write the number' }];
}

/** What calls of a global's methods are checked for. */
const OBJECT_RULES = new Map<string, (call: MethodCall) => Finding[]>([
  ['JSON', jsonCallFindings],
  ['Object', objectCallFindings],
  ['Math', mathCallFindings],
]);

function callFindings(node: AnyNode & { type: 'CallExpression' }): Finding[] {
  const call = methodCall(node);
  if (!call) return [];
  return [...methodFindings(call), ...(OBJECT_RULES.get(call.objectName)?.(call) ?? [])];
}

function memberFindings(node: AnyNode & { type: 'MemberExpression' }): Finding[] {
  if (node.computed || node.property.type !== 'Identifier') return [];
  const property = node.property.name;
  if (node.object.type === 'Identifier') {
    const known = STATICS[node.object.name];
    if (known && !known.includes(property))
      return [
        { rule: 'missing-builtin', at: node.start, text: `${node.object.name}.${property} does not exist on Espruino` },
      ];
    if (/^(Uint|Int|Float)\d+(Clamped)?Array$/.test(node.object.name))
      return [{ rule: 'missing-builtin', at: node.start, text: `${node.object.name}.${property} throws on Espruino` }];
  }
  const inner = node.object as AnyNode;
  if (
    inner.type !== 'MemberExpression' ||
    inner.object.type !== 'Identifier' ||
    inner.property.type !== 'Identifier' ||
    inner.property.name !== 'prototype'
  )
    return [];
  const owner = inner.object.name;
  if (METHODS[owner] === undefined || owner === 'Object') return [];
  return [
    {
      rule: 'missing-builtin',
      at: node.start,
      text: `${owner}.prototype has no methods on Espruino: take them from a value, as in [].slice`,
    },
  ];
}

function switchFindings(node: AnyNode & { type: 'SwitchStatement' }): Finding[] {
  const position = node.cases.findIndex((one) => !one.test);
  if (position < 0 || position === node.cases.length - 1) return [];
  const at = node.cases[position + 1].start;
  return [{ rule: 'case-after-default', at, text: 'Espruino does not reach a case after default' }];
}

function returnFindings(node: AnyNode & { type: 'ReturnStatement' }, code: string): Finding[] {
  const at = node.start;
  if (node.argument || code.slice(at, node.end).endsWith(';')) return [];
  if (code.slice(node.end).trimStart()[0] !== '}')
    return [{ rule: 'return-newline', at, text: 'Espruino returns what stands on the line after a bare return' }];
  const text = 'a bare return before } needs its semicolon: Espruino stops at the end of a function otherwise';
  return [{ rule: 'return-at-end', at, text }];
}

function literalFindings(node: AnyNode & { type: 'Literal' }): Finding[] {
  const { regex, start } = node;
  if (!regex) return [];
  return regexTraps(regex.pattern, regex.flags).map((name) => ({
    rule: 'regex',
    at: start,
    text: `Espruino's regular expressions lack ${name}`,
  }));
}

function unaryFindings(node: AnyNode & { type: 'UnaryExpression' }): Finding[] {
  const isMinusZero = node.operator === '-' && isNumber(node.argument) === 0;
  return isMinusZero ? [{ rule: 'minus-zero', at: node.start, text: 'Espruino has no -0' }] : [];
}

function binaryFindings(node: AnyNode & { type: 'BinaryExpression' }): Finding[] {
  const { operator, right, start } = node;
  if (operator !== 'instanceof' || right.type !== 'Identifier' || !NATIVE_ERRORS.includes(right.name)) return [];
  const text = 'errors of the interpreter itself are no instances: branch on `code`';
  return [{ rule: 'instanceof-native', at: start, text }];
}

/** An assignment to `target`, or its increment. */
function assignmentFindings(target: AnyNode, at: number): Finding[] {
  if (target.type !== 'MemberExpression' || target.computed || target.property.type !== 'Identifier') return [];
  if (target.property.name !== 'length') return [];
  return [{ rule: 'set-length', at, text: 'assigning to length throws on Espruino' }];
}

function newFindings(node: AnyNode & { type: 'NewExpression' }): Finding[] {
  if (node.callee.type !== 'Identifier' || node.callee.name !== 'RegExp') return [];
  const text = 'a RegExp made at run time cannot be checked: write it as a literal';
  return [{ rule: 'regex', at: node.start, text }];
}

/** Findings of this node alone. `code` is the whole text. */
export function nodeFindings(node: AnyNode, code: string): Finding[] {
  switch (node.type) {
    case 'LabeledStatement':
      return [{ rule: 'label', at: node.start, text: 'Espruino has no labels' }];
    case 'WithStatement':
      return [{ rule: 'with', at: node.start, text: 'Espruino has no with' }];
    case 'SwitchStatement':
      return switchFindings(node);
    case 'ReturnStatement':
      return returnFindings(node, code);
    case 'Literal':
      return literalFindings(node);
    case 'UnaryExpression':
      return unaryFindings(node);
    case 'BinaryExpression':
      return binaryFindings(node);
    case 'AssignmentExpression':
      return assignmentFindings(node.left, node.start);
    case 'UpdateExpression':
      return assignmentFindings(node.argument, node.start);
    case 'NewExpression':
      return newFindings(node);
    case 'CallExpression':
      return callFindings(node);
    case 'MemberExpression':
      return memberFindings(node);
    default:
      return [];
  }
}
