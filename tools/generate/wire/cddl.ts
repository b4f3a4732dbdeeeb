/** The regions of wire.cddl: fields that messages share, requests, replies, operations, and the numbers they use. */
import { LINE_CHARS } from '../typescript';
import { SHARED_FIELDS, type Field } from '../../../protocol/wire/fields';
import { LINK_MESSAGES } from '../../../protocol/wire/link-messages';
import { SMS_OPERATIONS } from '../../../protocol/wire/sms-operations';
import { constantOf } from '../../../protocol/wire/table';
import { putCddlRegion } from '../markdown';
import type { Product } from '../product';
import { constantsIn } from './bounds';
import { kindOf } from './kinds';
import { allNumbers } from './numbers';

const FILE = 'protocol/wire.cddl';
const dashed = (name: string): string => name.replace(/_/g, '-');

/** A field in an array: the rule of a shared one, otherwise its name and type. */
function entry(field: Field): string {
  if (SHARED_FIELDS.includes(field)) return dashed(field.name);
  const type = kindOf(field.type).cddl(field.type);
  return type.startsWith('? ') ? `? ${dashed(field.name)}: ${type.slice(2)}` : `${dashed(field.name)}: ${type}`;
}

/** `name = [first, …]`, wrapped. */
function rule(name: string, entries: string[], comment = ''): string {
  const lines = [`${name} = [`];
  for (const [i, text] of entries.entries()) {
    const piece = i < entries.length - 1 ? `${text}, ` : text;
    const last = lines[lines.length - 1];
    if (last.length + piece.length > LINE_CHARS) lines.push(`  ${piece}`);
    else lines[lines.length - 1] = last + piece;
  }
  return `${lines.map((line) => line.trimEnd()).join('\n')}]${comment && ` ; ${comment}`}`;
}

function region(name: string, make: (text: string) => string): Product {
  return { file: FILE, make: (text) => putCddlRegion(text, name, make(text)) };
}

const fields = region('fields', () =>
  SHARED_FIELDS.map((field) => `${dashed(field.name)} = ${kindOf(field.type).cddl(field.type)}`).join('\n'),
);

const requests = region('requests', () =>
  [
    `request = ${LINK_MESSAGES.map(({ name }) => name).join(' / ')}`,
    ...LINK_MESSAGES.map((m) => rule(m.name, [constantOf('MSG_', m.name), 'request-id', ...m.fields.map(entry)])),
  ].join('\n'),
);

const replies = region('replies', () =>
  LINK_MESSAGES.filter(({ reply }) => reply.length > 0)
    .map(({ name, reply }) => rule(`${name}-reply`, ['MSG_REPLY', 'request-id', ...reply.map(entry)]))
    .join('\n'),
);

const operations = region('operations', () =>
  SMS_OPERATIONS.map((op) => rule(`sms-${op.name}`, op.fields.map(entry), constantOf('SMS_', op.name))).join('\n'),
);

/** Last: the numbers that the rest of the file names. */
const numbers = region('numbers', (text) => {
  const known = allNumbers();
  const rules = text.slice(0, text.indexOf('; generated: numbers'));
  return constantsIn(rules)
    .filter((name) => known.has(name))
    .map((name) => `${name} = ${known.get(name)}`)
    .join('\n');
});

export const cddl: Product[] = [fields, requests, replies, operations, numbers];
