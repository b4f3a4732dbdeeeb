/** protocol/wire, SPEC.md and wire.cddl say the same, and no number stands for two things. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect } from 'chai';
import * as wire from '../../protocol/wire';
import { operationOctets, sum } from '../../tools/bench/wire/sms-octets';
import { signingInformation, signingOctets, streamShare } from '../../tools/bench/wire/uart';

/** Constants of the operations. */
const OPERATIONS = Object.values(wire.SMS_NAMES).map((name) => `SMS_${name.toUpperCase().replace(/-/g, '_')}`);
const PROTOCOL = path.resolve(__dirname, '../../../protocol');
const read = (name: string): string => fs.readFileSync(path.join(PROTOCOL, name), 'utf8');
const spec = read('SPEC.md');
const cddl = read('wire.cddl');
const numbers = new Map<string, number>(
  Object.entries(wire).filter((entry) => typeof entry[1] === 'number') as [string, number][],
);

/** Rows `… | `NAME` | value | …` of SPEC.md's tables. */
function tableRows(): [string, number][] {
  return [...spec.matchAll(/^\|[^|\n]*\| `([A-Z0-9_]+)` \| (\d+) \|/gm)].map((row) => [row[1], Number(row[2])]);
}

function distinct(prefix: RegExp): void {
  const values = [...numbers].filter(([name]) => prefix.test(name)).map(([, value]) => value);
  expect(new Set(values).size, String(prefix)).to.equal(values.length);
}

describe('wire.ts, SPEC.md and wire.cddl', () => {
  it('SPEC.md has every number of wire.ts, once and right, and no other', () => {
    const rows = tableRows();
    const times = new Map<string, number>();
    for (const [name, value] of rows) {
      expect(numbers.get(name), `SPEC.md: ${name}`).to.equal(value);
      times.set(name, (times.get(name) ?? 0) + 1);
    }
    for (const name of numbers.keys()) expect(times.get(name), `SPEC.md has ${name}`).to.equal(1);
  });

  it('SPEC.md names no constant that there is not', () => {
    for (const [, name] of spec.matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`/g))
      if (name !== 'CODE_FONT') expect(numbers.has(name), name).to.equal(true);
  });

  it('wire.cddl has its numbers right, defines what it uses and uses what it defines', () => {
    const rules = cddl
      .split('\n')
      .map((text) => text.replace(/;.*$/, ''))
      .join('\n');
    const defined = [...rules.matchAll(/^([A-Z][A-Z0-9_]*) = (\d+)$/gm)];
    for (const [, name, value] of defined) expect(numbers.get(name), name).to.equal(Number(value));
    const names = new Set(defined.map(([, name]) => name));
    for (const [name] of rules.matchAll(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g))
      expect(names.has(name), `wire.cddl defines ${name}`).to.equal(true);
    for (const name of names) expect(cddl.split(name).length, `wire.cddl uses ${name}`).to.be.greaterThan(2);
    for (const name of numbers.keys()) if (name.startsWith('MSG_')) expect(names.has(name), name).to.equal(true);
    for (const name of OPERATIONS) expect(names.has(name), name).to.equal(true);
    const lower = new Set([...rules.matchAll(/^([a-z][a-z0-9-]*)\s*=/gm)].map(([, name]) => name));
    for (const [, name] of rules.matchAll(/[[,/:=]\s*([a-z][a-z0-9-]*)(?=\s*[\],/\n])/g)) {
      if (!['any', 'null', 'uint', 'text', 'bstr'].includes(name))
        expect(lower.has(name), `wire.cddl: rule ${name}`).to.equal(true);
    }
    expect(cddl).to.match(new RegExp(`^request-id = 0\\.\\.${wire.REQUEST_ID_COUNT - 1}$`, 'm'));
    expect(cddl).to.match(new RegExp(`^i = 0\\.\\.${wire.INPUTS_MAX - 1}$`, 'm'));
  });

  it('no number stands for two things of one kind', () => {
    distinct(/^MSG_/);
    distinct(/^REFUSE_/);
    distinct(/^FRAME_(HELLO|HELLO_REPLY|NO_SESSION|ACK|DATA)$/);
    distinct(/^FRAME_FLAG_/);
    expect(new Set(OPERATIONS.map((name) => numbers.get(name))).size).to.equal(OPERATIONS.length);
    distinct(/^ALARM_(?!CODE)/);
    distinct(/^DEVICE_/);
  });

  it('names of numbers are complete and as SPEC.md has them', () => {
    const named = (prefix: string, names: { [n: number]: string }): void => {
      const values = [...numbers].filter(([name]) => name.startsWith(prefix));
      expect(
        Object.keys(names)
          .map(Number)
          .sort((a, b) => a - b),
      ).to.deep.equal(values.map(([, value]) => value).sort((a, b) => a - b));
      for (const [name, value] of values)
        expect(names[value]).to.equal(name.slice(prefix.length).toLowerCase().replace(/_/g, '-'));
    };
    named('MSG_', wire.MESSAGE_NAMES);
    named('REFUSE_', wire.REFUSAL_NAMES);
    for (const [code, name] of Object.entries(wire.REFUSAL_NAMES))
      expect(spec).to.match(new RegExp(`^\\| ${name} \\| \`REFUSE_[A-Z_]+\` \\| ${code} \\|`, 'm'));
    for (const [op, name] of Object.entries(wire.SMS_NAMES))
      expect(spec).to.match(new RegExp(`^\\| ${name} \\| \`SMS_[A-Z_]+\` \\| ${op} \\|`, 'm'));
    expect(Object.keys(wire.ALARM_NAMES)).to.have.length(wire.ALARM_CODE_MAX);
  });

  it('limits agree with each other', () => {
    expect(wire.FRAME_BODY_MAX + Math.floor((wire.FRAME_BODY_MAX - 1) / 254) + 2).to.be.at.most(wire.LINE_FRAME_MAX);
    expect(wire.PAYLOAD_MAX).to.equal(wire.FRAME_BODY_MAX - 3 - wire.LINK_TAG_BYTES);
    expect(wire.SMS_BODY_MAX).to.equal(wire.SMS_UD_MAX - wire.SMS_UDH_BYTES);
    expect(
      wire.LOST_IDS_MAX + wire.REQUESTS_MAX,
      'an id comes again only after more answers than are remembered',
    ).to.be.below(wire.REQUEST_ID_COUNT);
    expect(wire.REQUEST_ID_COUNT - wire.LOST_IDS_MAX).to.be.greaterThan(wire.REQUESTS_MAX);
    expect(wire.BATCH_NO_MAX * wire.BATCH_SIZE + wire.BATCH_SIZE - 1).to.be.at.most(wire.INDEX_MAX);
    expect(wire.PREV_TX_CHUNK_MAX + 14).to.be.at.most(wire.PAYLOAD_MAX);
    expect(wire.OUTS_INLINE_MAX + 200).to.be.at.most(wire.MESSAGE_MAX);
    expect(wire.SMS_OPEN >> 4).to.equal(wire.SMS_VERSION);
  });

  it('the decode errors of SPEC.md 3.3 are those of the code', () => {
    const listed = [
      ...spec.slice(spec.indexOf('### 3.3'), spec.indexOf('Encoding fails')).matchAll(/^\| `(cbor-[a-z0-9-]+)`/gm),
    ].map(([, code]) => code);
    const thrown = new Set([...read('cbor/decode.ts').matchAll(/'(cbor-[a-z0-9-]+)'/g)].map(([, code]) => code));
    expect([...thrown].sort()).to.deep.equal([...new Set(listed)].sort());
  });
});

describe('the tables of figures in SPEC.md are measured', () => {
  it('6.4: octets of each SMS operation, each within 140', () => {
    for (const { name, v2, v1 } of operationOctets()) {
      const old = v1.length ? `${sum(v1)} in ${v1.length} SMS | ${(sum(v2) / sum(v1)).toFixed(2)}` : '– | –';
      expect(spec).to.include(`| ${name} | ${v2.join(' + ')} | ${sum(v2)} | ${old} |`);
      expect(Math.max(...v2)).to.be.at.most(wire.SMS_UD_MAX);
      if (v1.length && !name.startsWith('first')) expect(sum(v2), name).to.be.at.most(sum(v1) / 2);
    }
  });

  it('5.4: octets of a signing, at most 1.15 of its information; throughput above 80 %', () => {
    const information = signingInformation();
    expect(spec).to.include(`together ${information}.`);
    for (const [name, isSecure] of [
      ['plain', false],
      ['authenticated', true],
    ] as const) {
      const { octets } = signingOctets(isSecure);
      expect(spec).to.include(`| ${name} | ${octets} | ${(octets / information).toFixed(2)} |`);
      expect(octets / information).to.be.at.most(1.15);
      const { share, waitingMax } = streamShare(isSecure);
      expect(spec).to.include(`${(share * 100).toFixed(0)} % (${name})`);
      expect(share).to.be.greaterThan(0.8);
      expect(waitingMax).to.be.at.most(8);
    }
  });
});
