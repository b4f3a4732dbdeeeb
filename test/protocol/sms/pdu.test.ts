// 3GPP TS 23.040 and 23.038: published PDUs, the closed list of decode errors, and node-pdu as an independent oracle.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Deliver, Submit, parse } from 'node-pdu';
import {
  CODING_8BIT,
  CODING_GSM7,
  MAX_PORT_DATA,
  MAX_SMS_OCTETS,
  MAX_SMS_SEPTETS,
  bytesOfHex,
  daysSince1970,
  decodePdu,
  encodeAddress,
  encodeSubmit,
  hexOfBytes,
  portHeader,
} from '../../../protocol/sms/pdu';
import { septetsOfText } from '../../../protocol/sms/pdu-alphabet';
import { encodeDeliver, encodeOriginator, encodeReport } from '../../../protocol/sms/pdu-network';
import { encodeText } from '../../../protocol/sms/pdu-parts';
import { seededRandom } from '../../../host/sim/clock/seeded-random';

const VECTORS = path.resolve(__dirname, '../../../../test/vectors/pdu');
const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const unicode = (bytes: string | null): string | null =>
  bytes === null ? null : Buffer.from(bytes, 'latin1').toString('utf8');
const withCentre = (tpdu: Uint8Array): Uint8Array => Uint8Array.from([0, ...tpdu]);
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'none';
};

const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ ' +
  '!"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENSION = '\f^{}\\[~]|€';

describe('protocol/sms/pdu: published vectors', () => {
  for (const file of fs
    .readdirSync(VECTORS)
    .filter((name) => name.endsWith('.json'))
    .sort()) {
    it(file.replace('.json', ''), () => {
      const vector = JSON.parse(fs.readFileSync(path.join(VECTORS, file), 'utf8'));
      const decode = (): ReturnType<typeof decodePdu> => decodePdu(bytesOfHex(vector.pdu), vector.from_phone);
      const want = vector.expect;
      if (want.error) {
        expect(codeOf(decode)).to.equal(want.error);
        return;
      }
      const pdu = decode();
      expect(pdu.type).to.equal(want.type);
      expect(unicode(pdu.address)).to.equal(want.address);
      if (want.text !== undefined) expect(unicode(pdu.text)).to.equal(want.text);
      if (want.data !== undefined) expect(Buffer.from(pdu.data!).toString('hex')).to.equal(want.data);
      if (want.sent) expect(pdu.sentAt).to.equal(Date.parse(want.sent) / 1000);
      if (want.port !== undefined) expect([pdu.port, pdu.sourcePort]).to.deep.equal([want.port, want.source_port]);
      if (want.total) expect([pdu.ref, pdu.total, pdu.part]).to.deep.equal([want.ref, want.total, want.part]);
      if (want.reference !== undefined) expect(pdu.reference).to.equal(want.reference);
      if (want.status !== undefined) expect(pdu.status).to.equal(want.status);
      if (want.octets !== undefined) expect(pdu.octets).to.equal(want.octets);
    });
  }
});

describe('protocol/sms/pdu: alphabet (23.038 6.2.1)', () => {
  it('has 127 basic and 10 extended characters, each its own septets', () => {
    const seen = new Set<string>();
    for (const character of [...BASIC]) {
      const septets = septetsOfText(utf8(character));
      expect(septets, character).to.have.length(1);
      seen.add(String(septets));
    }
    for (const character of [...EXTENSION]) {
      const septets = septetsOfText(utf8(character))!;
      expect(septets).to.have.length(2);
      expect(septets[0]).to.equal(0x1b);
      seen.add(String(septets));
    }
    expect(seen.size).to.equal(137);
    expect(septetsOfText(utf8('@Δ¡ §'))).to.deep.equal([0x00, 0x10, 0x40, 0x20, 0x5f]);
  });

  it('comes back whole, and knows what it lacks', () => {
    const [tpdu] = encodeText('+861', utf8(BASIC), 0, -1);
    expect(unicode(decodePdu(withCentre(tpdu), true).text)).to.equal(BASIC);
    const [extended] = encodeText('+861', utf8(EXTENSION), 0, -1);
    expect(unicode(decodePdu(withCentre(extended), true).text)).to.equal(EXTENSION);
    for (const character of ['`', 'ç', '你', '😀', '\u0000', 'Ā', '\u{10000}'])
      expect(septetsOfText(utf8(character)), character).to.equal(null);
  });

  it('shows unknown escapes as 6.2.1.1 says', () => {
    const body = [0x1b, 0x41, 0x1b, 0x1b, 0x42, 0x1b];
    const pdu = decodePdu(withCentre(encodeSubmit('1', CODING_GSM7, null, body, -1)), true);
    expect(pdu.text).to.equal('A B ');
  });
});

describe('protocol/sms/pdu: against node-pdu', () => {
  const random = seededRandom('pdu', 'oracle');
  const pick = (count: number): number => ((random(1)[0] << 8) | random(1)[0]) % count;
  const number = (): string =>
    (pick(2) ? '+' : '') + (1 + pick(9)) + Array.from({ length: 3 + pick(10) }, () => pick(10)).join('');

  it('SMS-SUBMIT: what is written is read the same there, GSM-7', () => {
    // Left out: § (0x5F), which node-pdu takes for a grave accent; the vectors and the table test hold it.
    const characters = [...BASIC.replace(/[\n\r§]/g, ''), ...'^{}[]~|€'];
    for (let round = 0; round < 300; round++) {
      const text = Array.from({ length: 1 + pick(75) }, () => characters[pick(characters.length)]).join('');
      const to = number();
      const [tpdu] = encodeText(to, utf8(text), 0, 0xa7);
      const read = parse(hexOfBytes(withCentre(tpdu))) as Submit;
      expect(read.data.getText()).to.equal(text);
      expect(read.address.phone?.replace('+', '')).to.equal(to.replace('+', ''));
      expect(read.dataCodingScheme.textAlphabet).to.equal(0);
    }
  });

  it('SMS-SUBMIT: what node-pdu writes is read the same here', () => {
    for (let round = 0; round < 200; round++) {
      const text = Array.from({ length: 1 + pick(60) }, () =>
        String.fromCharCode(pick(4) ? 0x41 + pick(26) : 0x4e00 + pick(500)),
      ).join('');
      const to = '+' + number().replace('+', '');
      const pdu = decodePdu(bytesOfHex(new Submit(to, text).toString()), true);
      expect(unicode(pdu.text)).to.equal(text);
      expect(pdu.address).to.equal(to);
    }
  });

  it('SMS-DELIVER: text, number and time', () => {
    for (let round = 0; round < 200; round++) {
      const text = Array.from({ length: pick(150) }, () => String.fromCharCode(0x61 + pick(26))).join('') + 'x';
      const from = '+' + number().replace('+', '');
      const submit = encodeText(from, text, 0, -1)[0];
      const userData = submit.subarray(4 + encodeAddress(from).length);
      const unixS = 1_700_000_000 + pick(65536) * 1000;
      const deliver = encodeDeliver({ smsc: '+8613800210500', from, dcs: 0, hasHeader: false, userData, unixS });
      const read = parse(hexOfBytes(deliver)) as Deliver;
      expect(read.data.getText()).to.equal(text);
      expect(
        read.serviceCenterTimeStamp.getIsoString && Date.parse(read.serviceCenterTimeStamp.getIsoString()),
      ).to.equal(unixS * 1000);
      const own = decodePdu(deliver, false);
      expect([own.address, own.text, own.sentAt]).to.deep.equal([from, text, unixS]);
    }
  });
});

describe('protocol/sms/pdu: limits and refusals', () => {
  const maker = (coding: number, size: number, header: Uint8Array | null): Uint8Array =>
    encodeSubmit('+861', coding, header, new Uint8Array(size), -1);

  it('holds each length at its maximum and refuses one more', () => {
    expect(maker(CODING_GSM7, MAX_SMS_SEPTETS, null)).to.have.length(4 + 4 + 141);
    expect(codeOf(() => maker(CODING_GSM7, MAX_SMS_SEPTETS + 1, null))).to.equal('pdu-length');
    maker(CODING_8BIT, MAX_SMS_OCTETS, null);
    expect(codeOf(() => maker(CODING_8BIT, MAX_SMS_OCTETS + 1, null))).to.equal('pdu-length');
    const full = maker(CODING_8BIT, MAX_PORT_DATA, portHeader(17229));
    expect(decodePdu(withCentre(full), true).octets).to.equal(140);
    expect(codeOf(() => maker(CODING_8BIT, MAX_PORT_DATA + 1, portHeader(17229)))).to.equal('pdu-length');
    encodeAddress('+' + '1'.repeat(20));
    for (const bad of ['', '+', '1'.repeat(21), '+8613x', '+86 1', '++1'])
      expect(
        codeOf(() => encodeAddress(bad)),
        bad,
      ).to.equal('pdu-address');
    expect(codeOf(() => encodeText('1', '', 0, -1))).to.equal('pdu-length');
    encodeText('1', 'x'.repeat(8 * 153), 0, -1);
    expect(codeOf(() => encodeText('1', 'x'.repeat(8 * 153 + 1), 0, -1))).to.equal('pdu-length');
    expect(codeOf(() => bytesOfHex('00'.repeat(177)))).to.equal('pdu-length');
  });

  it('data with a port: 06 05 04 dst src, then the octets', () => {
    const tpdu = encodeSubmit('+8613800138000', CODING_8BIT, portHeader(17229), new Uint8Array([1, 2]), 0xa7);
    expect(hexOfBytes(tpdu)).to.equal('51000D91683108108300F00004A709060504434D434D0102');
    const pdu = decodePdu(withCentre(tpdu), true);
    expect([pdu.port, pdu.sourcePort, [...pdu.data!]]).to.deep.equal([17229, 17229, [1, 2]]);
  });

  it('parts never cut an escape or a surrogate pair, and join to the text', () => {
    for (const text of [
      '€'.repeat(200),
      'a' + '€'.repeat(200),
      '😀'.repeat(100),
      'x' + '😀'.repeat(100),
      'y'.repeat(161),
    ]) {
      const parts = encodeText('+861', utf8(text), 77, 0xa7).map((part) => decodePdu(withCentre(part), true));
      expect(parts.every((part, i) => part.total === parts.length && part.part === i + 1 && part.ref === 77)).to.equal(
        true,
      );
      expect(unicode(parts.map((part) => part.text).join(''))).to.equal(text);
    }
  });

  it('names of up to eleven characters as originator; calendar; status report', () => {
    for (const name of ['A', 'Bank', 'CHAINCL', 'x2345678901']) {
      const pdu = decodePdu(
        encodeDeliver({ smsc: '', from: name, dcs: 4, hasHeader: false, userData: new Uint8Array([0]), unixS: 0 }),
        false,
      );
      expect(pdu.address).to.equal(name);
    }
    expect(codeOf(() => encodeOriginator('twelve chars'))).to.equal('pdu-address');
    for (let day = 0; day < 60_000; day += 17) {
      const date = new Date(day * 86_400_000);
      expect(daysSince1970(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())).to.equal(day);
    }
    const report = decodePdu(
      encodeReport({ smsc: '+861', reference: 9, to: '+862', sentS: 1_800_000_000, doneS: 1_800_000_060, status: 70 }),
      false,
    );
    expect([report.reference, report.address, report.status, report.sentAt]).to.deep.equal([
      9,
      '+862',
      70,
      1_800_000_000,
    ]);
  });

  it('20,000 mutated PDUs: an error of the closed list or a message within its bounds', () => {
    const random = seededRandom('pdu', 'fuzz');
    const seeds = fs
      .readdirSync(VECTORS)
      .map((file) => JSON.parse(fs.readFileSync(path.join(VECTORS, file), 'utf8')))
      .filter((v) => !v.expect.error);
    const codes = [
      'pdu-truncated',
      'pdu-trailing',
      'pdu-type',
      'pdu-address',
      'pdu-length',
      'pdu-header',
      'pdu-coding',
    ];
    for (let round = 0; round < 20_000; round++) {
      const [which, count, cut] = random(3);
      const vector = seeds[which % seeds.length];
      let bytes = bytesOfHex(vector.pdu);
      for (let i = 0; i < count % 4; i++) {
        const [at, value] = random(2);
        bytes[at % bytes.length] = value!;
      }
      if (cut < 40) bytes = bytes.subarray(0, cut % (bytes.length + 1));
      try {
        const pdu = decodePdu(bytes, vector.from_phone);
        expect(pdu.octets).to.be.within(0, 140);
        expect(pdu.address.length).to.be.below(60);
        expect(pdu.text === null ? pdu.data !== null || pdu.type === 2 : pdu.data === null).to.equal(true);
      } catch (error) {
        if (!(error as { code?: string }).code) throw error;
        expect(codes).to.include((error as { code: string }).code);
      }
    }
  });
});
