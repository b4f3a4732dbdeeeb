// A rule for ESLint: device code looks for one character of a text at a time. Espruino 2v29's String indexOf, and
// includes, which is made of it, also find the first characters of what they look for at the very end of a text:
// 'xab'.indexOf('abc') is 1 there. lastIndexOf, split and replace do not.
const ts = require('typescript');

const SEARCHES = ['indexOf', 'includes'];
/** Methods whose value has one character at most. */
const CHARACTERS = ['charAt', 'fromCharCode'];
/** Methods whose value has as many as their text. */
const SAME_LENGTH = ['toLowerCase', 'toUpperCase'];

function isText(type) {
  return type.isUnion() ? type.types.some(isText) : (type.flags & ts.TypeFlags.StringLike) !== 0;
}

/** Whether an expression has one character, or none, by its type or by how it is made. */
function isCharacter(node, services) {
  const type = services.getTypeAtLocation(node);
  if (type.isStringLiteral()) return type.value.length === 1;
  if (node.type === 'MemberExpression') return node.computed && isText(services.getTypeAtLocation(node.object));
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  const { name } = node.callee.property;
  return (
    (CHARACTERS.includes(name) && node.arguments.length === 1) ||
    (SAME_LENGTH.includes(name) && isCharacter(node.callee.object, services))
  );
}

const searchesOneCharacter = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      longer:
        'Espruino finds the first characters of this at the end of a text: use holds() of firmware/modem/lines.ts',
    },
  },
  create(context) {
    const services = context.sourceCode.parserServices;
    return {
      CallExpression(node) {
        const { callee } = node;
        if (callee.type !== 'MemberExpression' || !SEARCHES.includes(callee.property.name)) return;
        if (!isText(services.getTypeAtLocation(callee.object)) || isCharacter(node.arguments[0], services)) return;
        context.report({ node, messageId: 'longer' });
      },
    };
  },
};

module.exports = { searchesOneCharacter };
