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

function callFindings(node: AnyNode & { type: 'CallExpression' }): Finding[] {
  const callee = node.callee as AnyNode;
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return [];
  const method = callee.property.name;
  const object = callee.object.type === 'Identifier' ? callee.object.name : '';
  const args = node.arguments as AnyNode[];
  const found: Finding[] = [];
  if (MISSING_METHODS.includes(method))
    found.push({ rule: 'missing-builtin', at: callee.property.start, text: `.${method}() does not exist on Espruino` });
  if (method === 'lastIndexOf' && callee.object.type === 'ArrayExpression')
    found.push({
      rule: 'missing-builtin',
      at: callee.property.start,
      text: 'arrays have no .lastIndexOf() on Espruino',
    });
  const isNothing =
    args[1] === undefined ||
    (args[1].type === 'Identifier' && args[1].name === 'undefined') ||
    (args[1].type === 'Literal' && args[1].value === null);
  if (object === 'JSON' && !isNothing)
    found.push({
      rule: 'json-callback',
      at: node.start,
      text: `JSON.${method} takes no reviver and no replacer on Espruino`,
    });
  if (object === 'Object' && method === 'create' && args.length > 1)
    found.push({ rule: 'missing-builtin', at: node.start, text: 'Object.create takes no properties on Espruino' });
  if (object === 'Object' && /^define/.test(method))
    found.push({
      rule: 'missing-builtin',
      at: node.start,
      text: `Object.${method} does not keep its promises on Espruino (enumerable is ignored)`,
    });
  const exponent = isNumber(args[1]);
  if (object === 'Math' && method === 'pow' && exponent !== undefined && exponent > MAX_EXACT_POW)
    found.push({
      rule: 'inexact-pow',
      at: node.start,
      text: 'Math.pow is inexact from 2^53 on Espruino: write the number',
    });
  return found;
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

/** Findings of this node alone. `code` is the whole text. */
export function nodeFindings(node: AnyNode, code: string): Finding[] {
  const at = node.start;
  switch (node.type) {
    case 'LabeledStatement':
      return [{ rule: 'label', at, text: 'Espruino has no labels' }];
    case 'WithStatement':
      return [{ rule: 'with', at, text: 'Espruino has no with' }];
    case 'SwitchStatement': {
      const position = node.cases.findIndex((one) => !one.test);
      if (position < 0 || position === node.cases.length - 1) return [];
      return [
        {
          rule: 'case-after-default',
          at: node.cases[position + 1].start,
          text: 'Espruino does not reach a case after default',
        },
      ];
    }
    case 'ReturnStatement': {
      const isBare = !node.argument && !code.slice(node.start, node.end).endsWith(';');
      if (!isBare) return [];
      return code.slice(node.end).trimStart()[0] === '}'
        ? [
            {
              rule: 'return-at-end',
              at,
              text: 'a bare return before } needs its semicolon: Espruino stops at the end of a function otherwise',
            },
          ]
        : [{ rule: 'return-newline', at, text: 'Espruino returns what stands on the line after a bare return' }];
    }
    case 'Literal':
      return node.regex
        ? regexTraps(node.regex.pattern, node.regex.flags).map((name) => ({
            rule: 'regex',
            at,
            text: `Espruino's regular expressions lack ${name}`,
          }))
        : [];
    case 'UnaryExpression':
      return node.operator === '-' && isNumber(node.argument) === 0
        ? [{ rule: 'minus-zero', at, text: 'Espruino has no -0' }]
        : [];
    case 'BinaryExpression':
      return node.operator === 'instanceof' &&
        node.right.type === 'Identifier' &&
        NATIVE_ERRORS.includes(node.right.name)
        ? [
            {
              rule: 'instanceof-native',
              at,
              text: 'errors of the interpreter itself are no instances: branch on `code`',
            },
          ]
        : [];
    case 'AssignmentExpression':
    case 'UpdateExpression': {
      const target = (node.type === 'AssignmentExpression' ? node.left : node.argument) as AnyNode;
      const isLength =
        target.type === 'MemberExpression' &&
        !target.computed &&
        target.property.type === 'Identifier' &&
        target.property.name === 'length';
      return isLength ? [{ rule: 'set-length', at, text: 'assigning to length throws on Espruino' }] : [];
    }
    case 'NewExpression': {
      const isDynamic = node.callee.type === 'Identifier' && node.callee.name === 'RegExp';
      return isDynamic
        ? [{ rule: 'regex', at, text: 'a RegExp made at run time cannot be checked: write it as a literal' }]
        : [];
    }
    case 'CallExpression':
      return callFindings(node);
    case 'MemberExpression':
      return memberFindings(node);
    default:
      return [];
  }
}
