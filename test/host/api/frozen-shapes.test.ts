// The published calls as clients have them: paths, fields, types. If this fails, the change is wrong, not the test:
// fields may be added, none may go or change. Spec: docs/published-app.md 5; docs/http-api.md.

import { expect } from 'chai';
import type { TSchema } from '@sinclair/typebox';
import { API_ERRORS } from '../../../host/api/http/errors';
import { OPEN } from '../../../host/api/calls/open';
import type { Call } from '../../../host/api/calls/call';

const TX = {
  tx_hash: 'string',
  confirmation: 'integer',
  confirm_at: 'string|null',
  value: 'integer',
  tx_at: 'string',
  'inputs[].sn': 'integer',
  'inputs[].prev_tx_hash': 'string',
  'inputs[].prev_out_sn': 'integer',
  'inputs[].address': 'string|null',
  'inputs[].value': 'integer|null',
  'inputs[].is_mine': 'boolean',
  'outputs[].sn': 'integer',
  'outputs[].address': 'string|null',
  'outputs[].value': 'integer',
  'outputs[].status': 'integer',
  'outputs[].is_mine': 'boolean',
};
const INDEXED = { index: 'integer', address: 'string' };

/** Call → fields of its answer; `[]` before them for a list. */
const PUBLISHED: Record<string, { list?: true; fields: Record<string, string>; given?: string[] }> = {
  'GET /time': { fields: { time: 'string' } },
  'GET /user': {
    fields: {
      user_id: 'integer',
      user_name: 'string',
      user_type: '4',
      gender: '0',
      real_name: 'null',
      avatar: 'null',
      register_at: 'string',
      address: 'string',
      receiving_index: 'integer',
      balance: 'integer',
      can_otc_ad: '0',
      can_otc_order: '0',
    },
  },
  'GET /address/batch/:batch_no': { list: true, fields: INDEXED },
  'GET /address/history/:path': { list: true, fields: INDEXED, given: ['since_address'] },
  'GET /address/next': { fields: INDEXED },
  'GET /address/:address/tx': { list: true, fields: TX },
  'GET /tx': { list: true, fields: TX, given: ['tx_hash', 'order'] },
  'GET /tx/detail/:tx_hash': { fields: TX },
  'POST /tx/request': {
    fields: { result: 'true' },
    given: [
      'coin_code',
      'user_tx_no',
      'outs',
      'vc_code',
      'c_id',
      'is_dynamic_fee',
      'only_confirmed',
      'out_type',
      'memo',
    ],
  },
  'GET /tx/:user_tx_no': {
    fields: {
      tx_hash: 'string|null',
      c_id: 'integer',
      user_id: 'integer',
      'send_request.coin_code': 'string',
      'send_request.user_tx_no': 'string',
      'send_request.is_dynamic_fee': 'integer',
      'send_request.outs': 'string',
      vc_code: 'string',
      request_at: 'string',
      hot_wallet_tx_id: 'integer',
      tx_at: 'string|null',
      hot_wallet_tx_status: '0|1|9',
    },
  },
};

function typeOf(schema: TSchema): string {
  if (schema.anyOf) return (schema.anyOf as TSchema[]).map(typeOf).join('|');
  return schema.const !== undefined ? String(schema.const) : String(schema.type);
}

/** Every field of a shape by its path. */
function fieldsOf(schema: TSchema, prefix = ''): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, field] of Object.entries(schema.properties as Record<string, TSchema>)) {
    expect(schema.required, prefix + name).to.include(name);
    const inner = field.type === 'array' ? (field.items as TSchema) : field;
    if (inner.properties) Object.assign(fields, fieldsOf(inner, `${prefix}${name}${field === inner ? '' : '[]'}.`));
    else fields[prefix + name] = typeOf(field);
  }
  return fields;
}

describe('host/api published calls', () => {
  const calls = new Map<string, Call>(Object.values(OPEN.calls).map((call) => [`${call.method} ${call.path}`, call]));

  it('stand under both bases, with and without a coin', () => {
    expect(OPEN.bases).to.deep.equal(['/api/v1/open', '/api/v1/open/:coin']);
  });

  for (const [name, { list, fields, given = [] }] of Object.entries(PUBLISHED)) {
    it(name, () => {
      const call = calls.get(name)!;
      expect(call.reply.type === 'array').to.equal(list === true);
      expect(fieldsOf(list ? (call.reply.items as TSchema) : call.reply)).to.include(fields);
      expect(Object.keys((call.query ?? call.form)?.properties ?? {})).to.include.members(given);
      expect(call.who).to.equal(name === 'POST /tx/request' ? 'hot' : 'open');
    });
  }

  it('codes of errors never change their meaning', () => {
    const numbers = Object.entries(API_ERRORS).map(([name, { status, number }]) => `${number} ${status} ${name}`);
    expect(numbers).to.include.members([
      '1 401 bad-token',
      '2 400 bad-parameter',
      '3 400 same-request',
      '4 400 other-request',
      '5 400 low-balance',
      '6 404 not-found',
      '7 429 rate-limit',
      '8 401 other-side',
      '9 500 internal',
      '10 404 unknown-coin',
      '11 400 small-output',
      '12 503 chain-unreachable',
      '13 400 chain-refused',
      '14 403 other-role',
      '15 405 bad-method',
      '16 408 slow-request',
      '17 503 stopping',
      '18 503 not-ready',
    ]);
  });
});
