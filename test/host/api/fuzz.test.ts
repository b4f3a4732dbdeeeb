// Requests made from the API's own OpenAPI document: sound ones, and hostile ones of every kind. None is answered with
// 500, each answer has a status and a shape that the document declares. The seed is fixed; FUZZ_SEED tries another,
// FUZZ_ROUNDS more of them. Spec: docs/threat-model.md I9.

import { expect } from 'chai';
import { API_ERRORS } from '../../../host/api/http/errors';
import { seededRandom } from '../../../host/sim/clock/seeded-random';
import { expectDeclared } from './declared';
import { ADMIN_TOKEN, GATEWAY_TOKEN, startPlatform, testKeys, VC2, type Platform } from './fixture';

const ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 10);
const SEED = process.env.FUZZ_SEED ?? 'openapi';
const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  not?: object;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
}
interface Operation {
  operationId: string;
  security: Record<string, string[]>[];
  parameters: { name: string; in: 'path' | 'query'; required: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content: Record<string, { schema: Schema }> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

const HOSTILE_TEXTS = [
  '',
  ' ',
  '\u0000',
  '\u202e\ufeff',
  '😀'.repeat(50),
  '../../etc/passwd',
  '%2e%2e%2f',
  "' OR '1'='1",
  '"; DROP TABLE accounts; --',
  '<script>alert(1)</script>',
  '${7*7}{{7*7}}',
  '-1',
  '0',
  '00',
  '1e309',
  '0x10',
  '9007199254740993',
  '99999999999999999999999999',
  'NaN',
  'null',
  'true',
  '__proto__',
  'constructor',
  'x'.repeat(5000),
  '\ud800',
  '2026-02-30T25:61:61',
  '9999-12-31T23:59:59',
  '1'.repeat(64),
  'f'.repeat(64),
];
const HOSTILE_VALUES: unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e300,
  -0,
  2 ** 53,
  [],
  {},
  [[[[]]]],
  { length: 1e9 },
  { toString: 1 },
  JSON.parse('{"__proto__":{"polluted":1}}'),
];

class Dice {
  private readonly random = seededRandom(SEED, 'fuzz');
  below(n: number): number {
    const [a, b] = this.random(2);
    return (a * 256 + b) % n;
  }
  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}

/** Texts that mean something to a handler, by the field's name. */
function known(platform: Platform, dice: Dice, name: string): string | undefined {
  const texts: Record<string, string[]> = {
    account: ['0', '1', '7'],
    id: ['1', '2', '999999999999999'],
    batch_no: ['0', '2', '2147482'],
    path: ['0', '1'],
    address: [SHOP, platform.keys.address(1, 0, 0), platform.keys.address(2, 0, 1)],
    since_address: [SHOP, platform.keys.address(1, 0, 0)],
    outs: ['PING', `${SHOP},20000`, `${SHOP},9999`, `${SHOP},99999999999`],
    vc_code: [VC2],
    user_tx_no: ['order 1', 'request', 'order 2'],
    c_id: ['1'],
    url: ['https://example.com/hook', 'https://127.0.0.1/', 'http://[::1]/'],
    from: ['2026-01-01T00:00:00', '2026-01-01'],
    to: ['2027-01-01T00:00:00', '1970-01-01T00:00:00'],
    format: ['csv', 'json'],
    cursor: ['0', '5', '999999999999999'],
    limit: ['1', '200', '1001'],
    psbt: ['cHNidP8='],
    raw_tx: ['00', '01000000000000000000'],
  };
  return texts[name] && dice.of(texts[name]);
}

/** A value that the schema may allow. */
function sound(schema: Schema, name: string, platform: Platform, dice: Dice): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.anyOf) return sound(dice.of(schema.anyOf), name, platform, dice);
  if (schema.type === 'object') {
    if (name === 'file') return testKeys(dice.below(4)).file;
    return Object.fromEntries(
      Object.entries(schema.properties ?? {})
        .filter(([field, { not }]) => !not && (schema.required?.includes(field) || dice.chance(2)))
        .map(([field, inner]) => [field, sound(inner, field, platform, dice)]),
    );
  }
  if (schema.type === 'array')
    return Array.from({ length: dice.below(3) }, () => sound(schema.items ?? {}, name, platform, dice));
  if (schema.type === 'integer') {
    const { minimum = 0, maximum = 1000 } = schema;
    return dice.of([minimum, minimum + 1, Math.min(maximum, 120), maximum]);
  }
  if (schema.type === 'boolean') return dice.chance(2);
  if (schema.type === 'null') return null;
  return known(platform, dice, name) ?? dice.of(['0', '1', 'a']);
}

/** Changes something of a body in place: a value, a missing field, one too many. */
function spoil(value: Record<string, unknown>, dice: Dice): void {
  const names = Object.keys(value);
  const name = names.length === 0 ? 'x' : dice.of(names);
  const inner = value[name];
  if (typeof inner === 'object' && inner !== null && !Array.isArray(inner) && dice.chance(2))
    return spoil(inner as Record<string, unknown>, dice);
  switch (dice.below(4)) {
    case 0:
      delete value[name];
      break;
    case 1:
      value[dice.of(HOSTILE_TEXTS)] = structuredClone(dice.of(HOSTILE_VALUES));
      break;
    case 2:
      value[name] = structuredClone(dice.of(HOSTILE_VALUES));
      break;
    default:
      value[name] = dice.of(HOSTILE_TEXTS);
  }
}

/** As a URL has it; half a character becomes another one. */
function inUrl(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

/** As a form field has it: what is no text becomes one. */
function formOf(body: Record<string, unknown>): string {
  const parts = Object.entries(body).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return new URLSearchParams(parts).toString();
}

describe('host/api fuzzed from its OpenAPI document', function () {
  this.timeout(300_000);
  const dice = new Dice();
  let platform: Platform;
  let document: Document;
  before(async () => {
    platform = await startPlatform({ api: { rateLimit: { burst: 1e9, perSecond: 1e9 } } });
    await platform.deposit(1, 0, 3_000_000);
    await platform.deposit(2, 1, 500_000);
    document = (await (await fetch(platform.api.url + '/openapi.json')).json()) as Document;
  });
  after(() => platform.close());

  const tokenOf = (security: Operation['security']): string | undefined => {
    const [who] = Object.keys(security[0] ?? {});
    const tokens: Record<string, string> = {
      gateway: GATEWAY_TOKEN,
      cold: platform.tokens.cold,
      open: dice.chance(2) ? platform.tokens.cold : platform.tokens.hot,
      hot: platform.tokens.hot,
    };
    return who && (tokens[who] ?? ADMIN_TOKEN);
  };

  interface Made {
    url: string;
    init: RequestInit & { headers: Record<string, string> };
  }

  function make(path: string, method: string, operation: Operation): Made {
    const isHostile = dice.chance(2);
    const text = (parameter: Operation['parameters'][number]): string =>
      isHostile && dice.chance(2)
        ? dice.of(HOSTILE_TEXTS)
        : String(sound(parameter.schema, parameter.name, platform, dice));
    let url = path.replace(/\{(\w+)\}/g, (_all, name: string) => {
      const parameter = operation.parameters.find((each) => each.name === name)!;
      return inUrl(text(parameter));
    });
    const query = new URLSearchParams();
    for (const parameter of operation.parameters.filter((each) => each.in === 'query'))
      for (let n = dice.below(isHostile ? 3 : 2); n > 0; n--) query.append(parameter.name, text(parameter));
    if (query.size > 0) url += '?' + query.toString();
    const token = tokenOf(operation.security);
    const headers: Record<string, string> = {};
    if (token !== undefined) headers.token = isHostile && dice.chance(8) ? inUrl(dice.of(HOSTILE_TEXTS)) : token;
    const init: Made['init'] = { method: method.toUpperCase(), headers };
    if (method !== 'post') return { url, init };
    const types = Object.keys(operation.requestBody?.content ?? { 'application/json': 0 });
    const type = dice.of(types);
    const schema = operation.requestBody?.content[type].schema;
    const body = (schema && sound(schema, '', platform, dice)) ?? {};
    if (isHostile) for (let n = dice.below(3); n > 0; n--) spoil(body as Record<string, unknown>, dice);
    headers['content-type'] =
      isHostile && dice.chance(10) ? dice.of(['text/plain', 'x', 'application/json; charset=x']) : type;
    init.body = /form/.test(type) ? formOf(body as Record<string, unknown>) : JSON.stringify(body);
    if (isHostile && dice.chance(10)) init.body = init.body.slice(0, dice.below(init.body.length + 1));
    return { url, init };
  }

  /** Throws unless the answer is one that the document declares. */
  async function check({ url, init }: Made, operation: Operation): Promise<void> {
    const answer = await fetch(platform.api.url + url, init);
    const text = await answer.text();
    const sent = JSON.stringify(init.body)?.slice(0, 300);
    const what = `${init.method} ${url.slice(0, 200)} ${sent} -> ${answer.status} ${text.slice(0, 200)}`;
    expect(answer.status, what).to.be.oneOf([
      ...Object.keys(operation.responses).map(Number),
      API_ERRORS['not-found'].status,
    ]);
    expect(answer.status, what).to.not.equal(500);
    if (answer.status === 200) {
      if (!(answer.headers.get('content-type') ?? '').includes('json')) return;
      const given = JSON.parse(text) as { account?: number; tokens?: { cold_receiving: string; hot_sending: string } };
      expectDeclared(init.method!, url, { status: 200, body: given });
      if (given?.tokens && given.account === 0)
        Object.assign(platform.tokens, { cold: given.tokens.cold_receiving, hot: given.tokens.hot_sending });
      return;
    }
    const body = JSON.parse(text) as { code: number; message: string };
    expect(body.code, what).to.be.a('number');
    expect(body.message, what).to.be.a('string').and.not.equal('');
    expect(Object.keys(body), what).to.deep.equal(['code', 'message']);
    expect(text, what).to.not.match(/at .*\.js|node_modules|SELECT |SQLITE/);
  }

  it('is OpenAPI 3.1, and each operation has an id, a summary and its errors', () => {
    expect(document.openapi).to.equal('3.1.0');
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map((each) => each.operationId),
    );
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('answers every request in a declared form, and never with 500', async () => {
    const errors: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const [path, methods] of Object.entries(document.paths)) {
        for (const [method, operation] of Object.entries(methods)) {
          if (operation.operationId === 'backup' && round > 3) continue;
          const made = make(path, method, operation);
          await check(made, operation).catch((error: Error) => errors.push(error.message));
        }
      }
    }
    expect(errors.join('\n')).to.equal('');
    expect(({} as { polluted?: number }).polluted).to.equal(undefined);
    expect((await platform.get('/user')).status).to.equal(200);
  });
});
