/** The tables of docs/http-api.md: calls of each group, and the errors. */
import type { TSchema } from '@sinclair/typebox';
import { ADMIN } from '../../../host/api/calls/admin';
import type { Call, CallGroup, Who } from '../../../host/api/calls/call';
import { GATEWAY } from '../../../host/api/calls/gateway';
import { OPEN } from '../../../host/api/calls/open';
import { OPERATE } from '../../../host/api/calls/operate';
import { API_ERRORS } from '../../../host/api/http/errors';
import { markdownTable, putRegion } from '../markdown';
import type { Product } from '../product';

const FILE = 'docs/http-api.md';
/** Whose token a call takes, in a word; the roles' own names otherwise. */
const TOKENS: Partial<Record<Who, string>> = { anybody: 'none', open: 'both' };

function fieldsOf(schema: TSchema | undefined): string {
  if (!schema?.properties) return '';
  const required = (schema.required as string[] | undefined) ?? [];
  return Object.entries(schema.properties as Record<string, TSchema>)
    .filter(([, field]) => !field.not)
    .map(([name]) => `\`${name}\`${required.includes(name) ? '' : '?'}`)
    .join(', ');
}

/** Fields of an answer: of its object, of a list's items, of what it may be. */
function replyOf(schema: TSchema): string {
  if (schema.type === 'array') return `list of ${replyOf(schema.items as TSchema)}`;
  if (schema.anyOf) return (schema.anyOf as TSchema[]).map(replyOf).join(', or ');
  return fieldsOf(schema) || schema.description || String(schema.type);
}

function rowOf(call: Call): string[] {
  const query = fieldsOf(call.query);
  return [
    `\`${call.method} ${call.path.replace(/:(\w+)/g, '{$1}')}\``,
    TOKENS[call.who] ?? call.who,
    [query && `query ${query}`, fieldsOf(call.form), fieldsOf(call.body)].filter(Boolean).join('; '),
    replyOf(call.reply),
    call.summary,
  ];
}

function callTable(region: string, group: CallGroup): Product {
  const rows = Object.values(group.calls).map(rowOf);
  const table = markdownTable(['call', 'token', 'given', 'answer', ''], rows);
  return { file: FILE, make: (text) => putRegion(text, region, table) };
}

const errors = markdownTable(
  ['HTTP', 'code', 'name', ''],
  Object.entries(API_ERRORS).map(([name, { status, number, meaning }]) => [
    String(status),
    String(number),
    `\`${name}\``,
    meaning,
  ]),
);

export const httpTables: Product[] = [
  callTable('open calls', OPEN),
  callTable('gateway calls', GATEWAY),
  callTable('admin calls', ADMIN),
  callTable('operate calls', OPERATE),
  { file: FILE, make: (text) => putRegion(text, 'errors', errors) },
];
