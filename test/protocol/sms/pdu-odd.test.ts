// What a receiver does with what is reserved, unknown or odd, clause by clause of 3GPP TS 23.040 and 23.038, and the
// odd PDUs that other suites and issues hold (node-pdu #2, node-sms-pdu #1, python-gsmmodem #17 #36 #40,
// python-messaging, xlab/at #11 #14, warthog618/sms #3 #5, asterisk-chan-dongle #9 #28 PR #183, smspdudecoder #3 #12,
// PDUlib #16, gammu at-sms). Built anew with made-up numbers and words by an encoder of this file's own.
// Neighbours of a reserved coding: all 256 codings, protocol identifiers, types and plans of a number, elements of a
// header, each at its bounds.
import { expect } from 'chai';
import { CODING_8BIT, CODING_GSM7, CODING_UCS2, bytesOfHex, decodePdu } from '../../../protocol/sms/pdu';

const hex = (value: number): string => value.toString(16).padStart(2, '0');
const swap = (digits: string): string =>
  (digits.length & 1 ? `${digits}f` : digits).replace(/(.)(.)/g, (_, a: string, b: string) => b + a);
const CENTRE = '07918613901005f0';
const TIME = `${swap('261129120530')}23`;
const SPECIAL: { [character: string]: number[] } = {
  '@': [0],
  '£': [1],
  $: [2],
  é: [5],
  Δ: [0x10],
  _: [0x11],
  ß: [0x1e],
  Ä: [0x5b],
  '§': [0x5f],
  ä: [0x7b],
  ö: [0x7c],
  ü: [0x7e],
  '^': [0x1b, 0x14],
  '{': [0x1b, 0x28],
  '}': [0x1b, 0x29],
  '\\': [0x1b, 0x2f],
  '[': [0x1b, 0x3c],
  '~': [0x1b, 0x3d],
  ']': [0x1b, 0x3e],
  '|': [0x1b, 0x40],
  '€': [0x1b, 0x65],
};
const septets = (text: string): number[] => [...text].flatMap((one) => SPECIAL[one] ?? [one.charCodeAt(0)]);

function pack(values: number[], fill = 0): string {
  let all = 0n;
  values.forEach((value, i) => (all |= BigInt(value) << BigInt(fill + 7 * i)));
  const count = Math.ceil((fill + 7 * values.length) / 8);
  return Array.from({ length: count }, (_, i) => hex(Number((all >> BigInt(8 * i)) & 255n))).join('');
}

const number = (digits: string, type = '91'): string => hex(digits.length) + type + swap(digits);
const name = (text: string, type = 'd0'): string => hex(Math.ceil((text.length * 7) / 4)) + type + pack(septets(text));
const gsm7 = (text: string): string => hex(septets(text).length) + pack(septets(text));
const ucs2 = (text: string): string => {
  const bytes = Buffer.from(text, 'utf16le').swap16();
  return hex(bytes.length) + bytes.toString('hex');
};
/** Text of the default alphabet behind a user data header, which `header` gives with its length in front. */
function withHeader(header: string, text: string): string {
  const octets = header.length / 2;
  const skipped = Math.ceil((octets * 8) / 7);
  return hex(skipped + septets(text).length) + header + pack(septets(text), skipped * 7 - octets * 8);
}

interface Parts {
  first?: string;
  from?: string;
  pid?: string;
  dcs?: string;
  time?: string;
  data: string;
}
const deliver = ({
  first = '04',
  from = number('8613900001111'),
  pid = '00',
  dcs = '00',
  time = TIME,
  data,
}: Parts): string => CENTRE + first + from + pid + dcs + time + data;

type Fields = Record<string, unknown>;
function decode(pdu: string): Fields {
  try {
    const read = decodePdu(bytesOfHex(pdu), false);
    const unicode = (text: string): string => Buffer.from(text, 'latin1').toString();
    return {
      ...read,
      address: unicode(read.address),
      text: read.text === null ? null : unicode(read.text),
      data: read.data && Buffer.from(read.data).toString('hex'),
    };
  } catch (error) {
    return { code: (error as { code?: string }).code ?? `crash ${String(error)}` };
  }
}

/** Title, PDU, the fields that must come out. */
type Row = [string, string, Fields];
const MIR = 'мир';
const MIR_HEX = Buffer.from(MIR, 'utf16le').swap16().toString('hex');
const TEXTS: Row[] = [
  ['23.038 6.1.2.1: 8 septets in 7 octets', deliver({ data: gsm7('12345678') }), { text: '12345678' }],
  ['23.038 6.1.2.3: 7 septets, the eighth place empty', deliver({ data: gsm7('1234567') }), { text: '1234567' }],
  ["23.038 6.1.2.3: '@' at the end of 8 septets", deliver({ data: gsm7('1234567@') }), { text: '1234567@' }],
  ["'@' alone", deliver({ data: gsm7('@') }), { text: '@' }],
  ['gammu 23: empty', deliver({ data: '00' }), { text: '' }],
  ['160 septets', deliver({ data: gsm7('x'.repeat(160)) }), { text: 'x'.repeat(160) }],
  ['23.038 6.2.1.1: extension table', deliver({ data: gsm7('[{a}]~€|\\^') }), { text: '[{a}]~€|\\^' }],
  ['@ in braces, accents', deliver({ data: gsm7('@{té}ÄäöüßΔ§£$_') }), { text: '@{té}ÄäöüßΔ§£$_' }],
  [
    'warthog618 #5: pad bits not zero',
    deliver({ data: hex(7) + pack([...septets('1234567'), 32]) }),
    { text: '1234567' },
  ],
  ['smspdudecoder #12: UCS2 of an odd count', deliver({ dcs: '08', data: '050061006200' }), { code: 'pdu-length' }],
  ['python-gsmmodem: UDL counts more', deliver({ dcs: '08', data: '8a30443046' }), { code: 'pdu-truncated' }],
  ['gammu 39: octets behind', deliver({ data: `${gsm7('hello')}ffff` }), { code: 'pdu-trailing' }],
];
const ADDRESSES: Row[] = [
  ['7 characters in 13 semi-octets', deliver({ from: name('Diaphon'), data: gsm7('x') }), { address: 'Diaphon' }],
  ['5 characters', deliver({ from: name('PHONE'), data: gsm7('x') }), { address: 'PHONE' }],
  ['8 characters', deliver({ from: name('ABCDEFGH'), data: gsm7('x') }), { address: 'ABCDEFGH' }],
  [
    '11 characters',
    deliver({ from: `14d0${pack(septets('www.test.it'))}`, data: gsm7('x') }),
    { address: 'www.test.it' },
  ],
  ['name of another plan', deliver({ from: name('SENDERXY', 'd1'), data: gsm7('x') }), { address: 'SENDERXY' }],
  ['national', deliver({ from: number('9494', 'a1'), data: gsm7('x') }), { address: '9494' }],
  ['short code', deliver({ from: number('12220', '85'), data: gsm7('x') }), { address: '12220' }],
  ['subscriber', deliver({ from: number('27000000001', 'c8'), data: gsm7('x') }), { address: '27000000001' }],
  ['20 digits', deliver({ from: number('1'.repeat(20)), data: gsm7('x') }), { address: `+${'1'.repeat(20)}` }],
  ['21 digits', deliver({ from: number('1'.repeat(21)), data: gsm7('x') }), { code: 'pdu-address' }],
  ['fill digit counted', deliver({ from: `0491${swap('861f')}`, data: gsm7('x') }), { address: '+861' }],
  ['no digits', deliver({ from: '0091', data: gsm7('x') }), { address: '+' }],
  ['no service centre', `00${deliver({ data: gsm7('hi') }).slice(16)}`, { text: 'hi' }],
  [
    'service centre of 12 octets',
    `0c918613901005f01122334455${deliver({ data: gsm7('hi') }).slice(16)}`,
    { code: 'pdu-address' },
  ],
  ['lower-case hex', deliver({ data: gsm7('Hi') }).toLowerCase(), { text: 'Hi' }],
];
const header8 = (header: string, data: string): string => hex((header.length + data.length) / 2) + header + data;
const HEADERS: Row[] = [
  [
    '8-bit reference',
    deliver({ first: '44', data: withHeader('050003190201', 'a long message') }),
    { text: 'a long message', ref: 0x19, total: 2, part: 1 },
  ],
  [
    'xlab #14: 16-bit reference, UCS2',
    deliver({ first: '44', dcs: '08', data: header8('0608040a320303', MIR_HEX) }),
    { text: MIR, ref: 0x0a32, total: 3, part: 3 },
  ],
  [
    'python-gsmmodem #17: one of one',
    deliver({ first: '44', data: withHeader('050003c30101', 'Hi') }),
    { total: 1, part: 1 },
  ],
  [
    'chan-dongle PR #183: single shift',
    deliver({ first: '44', data: withHeader('03240101', 'merhaba') }),
    { text: 'merhaba' },
  ],
  ['locking shift', deliver({ first: '44', data: withHeader('03250101', 'merhaba') }), { text: 'merhaba' }],
  [
    'unknown and concatenation',
    deliver({ first: '44', data: withHeader('0971020a0b0003110201', 'abc') }),
    { text: 'abc', ref: 0x11, total: 2, part: 1 },
  ],
  ['part 3 of 2', deliver({ first: '44', data: withHeader('050003110203', 'abc') }), { text: 'abc', total: 1 }],
  ['part 0', deliver({ first: '44', data: withHeader('050003110200', 'abc') }), { text: 'abc', total: 1 }],
  ['0 parts', deliver({ first: '44', data: withHeader('050003110001', 'abc') }), { text: 'abc', total: 1 }],
  [
    'concatenation of another length',
    deliver({ first: '44', data: withHeader('0600041102010a', 'abc') }),
    { text: 'abc', total: 1, part: 1 },
  ],
  [
    'twice: the last counts',
    deliver({ first: '44', data: withHeader('0a000311020100031203 02'.replace(' ', ''), 'abc') }),
    { text: 'abc', ref: 0x12, total: 3, part: 2 },
  ],
  ['no elements', deliver({ first: '44', data: withHeader('00', 'abc') }), { text: 'abc', total: 1, port: -1 }],
  [
    'the last element is cut: the header is ignored',
    deliver({ first: '44', dcs: '04', data: header8('08050443 4d434d0503'.replace(' ', ''), '0102') }),
    { data: '0102', port: -1 },
  ],
  [
    'one octet after the last element',
    deliver({ first: '44', dcs: '04', data: header8('07050443 4d434d71'.replace(' ', ''), '0102') }),
    { data: '0102', port: -1 },
  ],
  ['longer than the data', deliver({ first: '44', dcs: '04', data: '0420000102' }), { code: 'pdu-header' }],
  [
    '16-bit port',
    deliver({ first: '44', dcs: '04', data: header8('060504434d434d', '010203') }),
    { port: 0x434d, data: '010203' },
  ],
  [
    '8-bit port',
    deliver({ first: '44', dcs: '04', data: header8('0404 02f5f5'.replace(' ', ''), '01') }),
    { port: 245, data: '01' },
  ],
  [
    'reserved 8-bit port',
    deliver({ first: '44', dcs: '04', data: header8('040402efef', '01') }),
    { port: -1, data: '01' },
  ],
];
const TIMES: Row[] = [
  [
    '-03:00',
    deliver({ time: `${swap('261129120530')}29`, data: gsm7('x') }),
    { sentAt: Date.UTC(2026, 10, 29, 15, 5, 30) / 1000 },
  ],
  [
    '-10:00',
    deliver({ time: `${swap('261129120530')}0c`, data: gsm7('x') }),
    { sentAt: Date.UTC(2026, 10, 29, 22, 5, 30) / 1000 },
  ],
  [
    '+05:45',
    deliver({ time: `${swap('261129120530')}32`, data: gsm7('x') }),
    { sentAt: Date.UTC(2026, 10, 29, 6, 20, 30) / 1000 },
  ],
  ['zeros', deliver({ time: '00000000000000', data: gsm7('x') }), { text: 'x', sentAt: 0 }],
  ['month 52', deliver({ time: '1125647101462c', data: gsm7('x') }), { text: 'x', sentAt: 0 }],
  [
    'a digit that is none counts as 0',
    deliver({ time: `${swap('26112912053')}f23`.slice(0, 10) + 'f323', data: gsm7('x') }),
    { text: 'x', sentAt: Date.UTC(2026, 10, 29, 4, 5, 30) / 1000 },
  ],
];
const TYPES: Row[] = [
  ['reserved', deliver({ first: '07', data: gsm7('x') }), { code: 'pdu-type' }],
  [
    'matrix-appservice-sms #12: a SUBMIT',
    `${CENTRE}1100${number('8613900001111')}0000aa${gsm7('x')}`,
    { code: 'pdu-type' },
  ],
  ['status report', `${CENTRE}0617${number('8613900001111')}${TIME}${TIME}00`, { type: 2, reference: 0x17, status: 0 }],
  [
    'gammu 32: FF behind a report',
    `${CENTRE}0617${number('8613900001111')}${TIME}${TIME}43${'ff'.repeat(20)}`,
    { type: 2, status: 0x43 },
  ],
  ['reserved status', `${CENTRE}0617${number('8613900001111')}${TIME}${TIME}95`, { type: 2, status: 0x95 }],
  ['report, truncated', `${CENTRE}0617${number('8613900001111')}${TIME}`, { code: 'pdu-truncated' }],
  [
    'flags of the first octet: more, loop, report, reply path',
    deliver({ first: 'a8', data: gsm7('x') }),
    { text: 'x' },
  ],
];

const GROUPS: [string, Row[]][] = [
  ['text (23.038 6)', TEXTS],
  ['addresses (23.040 9.1.2.5)', ADDRESSES],
  ['user data header (23.040 9.2.3.24)', HEADERS],
  ['time stamp (23.040 9.2.3.11)', TIMES],
  ['message types (23.040 9.2.3.1)', TYPES],
];
for (const [group, rows] of GROUPS)
  describe(`protocol/sms/pdu: ${group}`, () => {
    for (const [title, pdu, right] of rows)
      it(title, () => {
        expect(decode(pdu)).to.deep.include(right);
      });
  });

describe('protocol/sms/pdu: every data coding scheme (23.038 4)', () => {
  /** The clause's table: the alphabet, or null for compressed text. */
  function alphabet(dcs: number): number | null {
    if (dcs < 0x80) {
      if (dcs & 0x20) return null;
      return [CODING_GSM7, CODING_8BIT, CODING_UCS2, CODING_GSM7][(dcs >> 2) & 3];
    }
    if (dcs < 0xe0) return CODING_GSM7;
    if (dcs < 0xf0) return CODING_UCS2;
    return dcs & 4 ? CODING_8BIT : CODING_GSM7;
  }
  for (let dcs = 0; dcs < 256; dcs++)
    it(`${hex(dcs)}`, () => {
      const coding = alphabet(dcs);
      const data = coding === CODING_8BIT ? '020102' : coding === CODING_UCS2 ? ucs2('留言') : gsm7('hey');
      const right =
        coding === null
          ? { code: 'pdu-coding' }
          : coding === CODING_8BIT
            ? { data: '0102', text: null, coding }
            : { text: coding === CODING_UCS2 ? '留言' : 'hey', coding };
      expect(decode(deliver({ dcs: hex(dcs), data }))).to.deep.include(right);
    });
});

describe('protocol/sms/pdu: every protocol identifier and type of address', () => {
  it('23.040 9.2.3.9: reserved and unsupported identifiers are read as 0', () => {
    for (let pid = 0; pid < 256; pid++)
      expect(decode(deliver({ pid: hex(pid), data: gsm7('hey') })), hex(pid)).to.deep.include({ text: 'hey' });
  });

  it('23.040 9.1.2.5: reserved types and plans are read as unknown', () => {
    for (let type = 0x80; type < 0x100; type++) {
      const kind = (type >> 4) & 7;
      const from = kind === 5 ? name('PHONE', hex(type)) : number('8613900001111', hex(type));
      const address = kind === 5 ? 'PHONE' : `${kind === 1 ? '+' : ''}8613900001111`;
      expect(decode(deliver({ from, data: gsm7('x') })), hex(type)).to.deep.include({ address, text: 'x' });
    }
  });
});
