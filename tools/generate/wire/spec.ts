/** The tables of SPEC.md: a region for each table of numbers, for the messages, operations, refusals and their tags. */
import { ANSWERS, LINK_MESSAGES, type LinkMessage } from '../../../protocol/wire/link-messages';
import type { Field } from '../../../protocol/wire/fields';
import { CODE_TABLES, NUMBER_TABLES } from '../../../protocol/wire/numbers';
import { REFUSALS } from '../../../protocol/wire/refusals';
import { SMS_OPERATIONS } from '../../../protocol/wire/sms-operations';
import { constantOf } from '../../../protocol/wire/table';
import { markdownTable, putRegion } from '../markdown';
import type { Product } from '../product';
import { kindOf } from './kinds';
import { highestOf } from './numbers';

const code = (text: string): string => `\`${text}\``;

function region(name: string, headings: string[], rows: string[][]): Product {
  return { file: 'protocol/SPEC.md', make: (text) => putRegion(text, name, markdownTable(headings, rows)) };
}

const numbers: Product[] = NUMBER_TABLES.map(({ region: name, heading, rows }) =>
  region(
    name,
    [heading, 'constant', 'value'],
    rows.map(([constant, value, meaning]) => [meaning, code(constant), String(value)]),
  ),
);

const codes: Product[] = CODE_TABLES.map((table) => {
  const [constant, value, meaning] = highestOf(table);
  return region(
    table.region,
    [table.heading, 'constant', 'value', 'meaning'],
    [
      ...table.rows.map(([name, each, what]) => [name, code(constantOf(table.prefix, name)), String(each), what]),
      [meaning, code(constant), String(value), ''],
    ],
  );
});

const refusals = region(
  'refusals',
  ['name', 'constant', 'value', 'meaning'],
  REFUSALS.map(({ name, value, meaning }) => [name, code(constantOf('REFUSE_', name)), String(value), meaning]),
);

const refusalTags = region(
  'refusal-tags',
  ['refusal', 'tags'],
  REFUSALS.filter(({ tags }) => tags.length > 0).map(({ name, tags }) => [name, tags.map(code).join(', ')]),
);

const fields = (list: Field[]): string =>
  list.map(({ name, type }) => kindOf(type).words(name, type)).join(', ') || '–';

const messages = region(
  'messages',
  ['type', 'constant', 'value', 'fields', 'reply'],
  [
    ...ANSWERS.map((a) => [a.name, code(constantOf('MSG_', a.name)), String(a.value), a.fields, '–']),
    ...LINK_MESSAGES.map((m) => [
      m.name,
      code(constantOf('MSG_', m.name)),
      String(m.value),
      fields(m.fields),
      fields(m.reply),
    ]),
  ],
);

function rateWords({ rate, needs, to }: LinkMessage): string {
  if (rate) return rate.of === 'account' ? `${rate.aMinute} of an account` : `${rate.aMinute} of all`;
  return needs.includes('signing') ? 'what the signing needs' : to === 'HSM-Hot' ? 'not relayed' : '–';
}

const requests = region(
  'requests',
  ['type', 'what it does', 'sent by', 'answered by', 'needs', 'relayed a minute', 'repeated in a new session'],
  LINK_MESSAGES.map((m) => [
    m.name,
    m.meaning,
    m.from.join(', '),
    m.to,
    m.needs.join(', ') || '–',
    rateWords(m),
    m.isRead ? 'reads again' : 'gets the same reply',
  ]),
);

const operationFields = region(
  'operation-fields',
  ['operation', 'fields'],
  SMS_OPERATIONS.filter(({ channel }) => !channel).map(({ name, fields: list }) => [name, fields(list)]),
);

const channelOperations = region(
  'channel-operations',
  ['operation', 'under', 'fields'],
  SMS_OPERATIONS.flatMap(({ name, channel }) => (channel ? [[name, channel.under, channel.fields]] : [])),
);

const operations = region(
  'operations',
  ['operation', 'constant', 'value', 'direction', 'meaning'],
  SMS_OPERATIONS.map(({ name, value, to, meaning }) => [
    name,
    code(constantOf('SMS_', name)),
    String(value),
    to === 'cold' ? 'V → Cold' : 'Cold → V',
    meaning,
  ]),
);

export const specTables: Product[] = [
  ...numbers,
  messages,
  requests,
  refusals,
  refusalTags,
  operations,
  operationFields,
  ...codes,
  channelOperations,
];
