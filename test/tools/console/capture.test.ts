// Holds tools/console/capture.ts: a capture is read again after a crash, shows no secret, and one that somebody made up
// is refused.

import { expect } from 'chai';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { encodeItem } from '../../../host/kit/cbor-file';
import { createCapture, isCapture, readCapture } from '../../../tools/console/capture';
import type { TrafficEntry } from '../../../tools/console/traffic';

const ENTRY: TrafficEntry = { at: 1_800_000_000_005, kind: 'console', direction: 'in', level: 'info', text: 'status' };

describe('console: capture', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'capture-'));
  const file = path.join(folder, 'c.cbor');
  after(() => fs.rmSync(folder, { recursive: true }));
  const captured = (...entries: TrafficEntry[]): Buffer => {
    const capture = createCapture(file, 'P', 0);
    for (const entry of entries) capture.add(entry);
    capture.close();
    return fs.readFileSync(file);
  };
  const read = (...parts: Uint8Array[]): TrafficEntry[] => {
    fs.writeFileSync(file, Buffer.concat(parts));
    return readCapture(file);
  };
  const refuses = (...parts: Uint8Array[]) =>
    expect(() => read(...parts), Buffer.concat(parts).subarray(0, 80).toString('hex'))
      .to.throw()
      .with.property('code', 'bad-capture');

  it('keeps and replays entries, without secrets, for their owner only', () => {
    const modem: TrafficEntry = { at: 0, kind: 'modem', direction: 'out', level: 'debug', text: 'AT "ü" 漢' };
    captured({ ...ENTRY, text: 'word 1 zebra' }, modem);
    expect(readCapture(file)).to.deep.equal([{ ...ENTRY, text: 'word 1 (hidden)' }, modem]);
    expect(fs.statSync(file).mode & 0o777).to.equal(0o600);
    expect([isCapture(fs.readFileSync(file)), isCapture(Buffer.from('{"format"'))]).to.deep.equal([true, false]);
  });

  it('a crash at every octet of the last entry costs that entry', () => {
    const one = captured(ENTRY);
    const two = captured(ENTRY, { ...ENTRY, text: 'audit' });
    for (let length = one.length; length < two.length; length++)
      expect(read(two.subarray(0, length)), `${length} octets`).to.deep.equal([ENTRY]);
    expect(read(two)).to.have.length(2);
  });

  it('refuses what is no capture: nothing, text, JSON, a header of another version or a half one', () => {
    const header = (changes: object) =>
      encodeItem({ format: 'chaincloud capture', version: 2, port: 'P', started_at: '', ...changes }, true);
    expect(read(header({}))).to.deep.equal([]);
    for (const text of ['', 'x\ny\n', '{"format":"chaincloud capture","version":2}\n']) refuses(Buffer.from(text));
    for (const changes of [{ version: 9 }, { version: '2' }, { format: 'other' }, { format: null }])
      refuses(header(changes));
    for (const value of [null, [], 7, 'chaincloud capture']) refuses(encodeItem(value, true));
    refuses(header({}).subarray(0, 20));
    refuses(header({}).subarray(3));
  });

  it('attack: items that are no entries, however close they come', () => {
    const whole = captured(ENTRY);
    for (const item of [null, 1, 'text', [], {}, [ENTRY], new Date(0), new Map([[1, 2]]), new Set([1])])
      refuses(whole, encodeItem(item));
    for (const changes of [
      { at: '5' },
      { at: NaN },
      { at: 1e300 },
      { at: 1.5 },
      { kind: 'radio' },
      { direction: undefined },
      { level: 'loud' },
      { level: ['info'] },
      { text: 7 },
      { text: Buffer.from('x') },
    ])
      refuses(whole, encodeItem({ ...ENTRY, ...changes }));
    expect(read(whole, encodeItem({ ...ENTRY, more: 'x' }))).to.deep.equal([ENTRY, ENTRY]);
  });

  it('attack: a length beyond the file hides nothing: longer than an entry, the rest is damage', () => {
    const whole = captured(ENTRY);
    const huge = Buffer.from('7affffffff', 'hex');
    expect(read(whole, huge)).to.deep.equal([ENTRY]);
    refuses(whole, huge, Buffer.alloc(70_000, 0x61));
    refuses(whole, Buffer.from('ff', 'hex'), encodeItem(ENTRY));
    refuses(whole, Buffer.alloc(500_000, 0x81));
  });

  it("attack: control characters of a text are not the terminal's", () => {
    const [, { text }] = read(captured(ENTRY), encodeItem({ ...ENTRY, text: '\u001b[2J\u009bA\r\nok' }));
    expect(text).to.equal('.[2J.A..ok');
  });
});
