// Holds tools/console: decoded traffic of every line, source positions, commands, and that nothing secret is
// shown.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { EventEmitter } from 'node:events';
import { cborEncode } from '../../../protocol/cbor';
import { frameLine } from '../../../protocol/link/frame';
import { MSG_REFUSAL, MSG_STATUS, REFUSE_LOCKED } from '../../../protocol/wire';
import { complete, helpText } from '../../../tools/console/commands';
import { judge } from '../../../tools/console/findings';
import { createLinkView } from '../../../tools/console/link-view';
import { createPeople } from '../../../tools/console/people';
import { redact } from '../../../tools/console/redact';
import { createSession } from '../../../tools/console/session';
import { createStackMapper } from '../../../tools/console/stack';
import { createReader, formatEntry, isShown, type TrafficEntry } from '../../../tools/console/traffic';
import { PIN, readyRig, START_S } from '../../firmware/rig';

function read(
  kind: 'console' | 'modem' | 'link',
  direction: 'in' | 'out',
  pieces: (string | Uint8Array)[],
): TrafficEntry[] {
  const entries: TrafficEntry[] = [];
  const view = createLinkView((entry) => entries.push(entry));
  const reader =
    kind === 'link'
      ? (bytes: Uint8Array, at: number) => view.take(direction, bytes, at)
      : createReader(kind, direction, (entry) => entries.push(entry));
  for (const piece of pieces)
    reader(typeof piece === 'string' ? new Uint8Array(Buffer.from(piece, 'latin1')) : piece, 1000);
  return entries;
}

/** A DATA frame of an unsealed session: kind, seq, ack, payload, four octets of check sum. */
function dataFrame(message: unknown): Uint8Array {
  const payload = cborEncode(message as never);
  return frameLine(Uint8Array.from([0x20, 5, 9, ...payload, 0, 0, 0, 0]), true);
}

describe('console: traffic', () => {
  it('console text, in pieces, with levels', () => {
    const entries = read('console', 'in', [
      'chaincloud hsm-cold re',
      'ady\r\nerror locked unlock first\r\nwarning: x\r\n',
    ]);
    expect(entries.map((entry) => [entry.level, entry.text])).to.deep.equal([
      ['info', 'chaincloud hsm-cold ready'],
      ['error', 'error locked unlock first'],
      ['warn', 'warning: x'],
    ]);
  });
  it('AT dialogue with SMS, both directions', () => {
    const submit = '0041000B912143658709F1000401' + 'A7' + '0548656C6C6F';
    const [command, bad] = read('modem', 'out', ['AT+CSQ\r', `${submit}\x1a`]);
    expect(command.text).to.equal('AT+CSQ');
    expect(bad.text).to.match(/^SMS to|^PDU/);
    const [said, error] = read('modem', 'in', ['\r\n+CREG: 0,1\r\n', '+CMS ERROR: 322\r\n']);
    expect(said.level).to.equal('info');
    expect(error.level).to.equal('warn');
  });
  it('frames by name; garbage told, not swallowed', () => {
    const entries = read('link', 'in', [
      dataFrame([MSG_STATUS, 7]),
      dataFrame([MSG_REFUSAL, 7, REFUSE_LOCKED, 'locked']),
      Uint8Array.from([0xff, 0x41, 0]),
    ]);
    expect(entries.map((entry) => entry.text)).to.deep.equal([
      'DATA 5 ack 9: status 7',
      'DATA 5 ack 9: refusal of 7: locked locked',
      '2 bytes that are not COBS',
    ]);
    expect(formatEntry(entries[0])).to.equal('00:00:01.000 < link    info  DATA 5 ack 9: status 7');
    expect(isShown('debug', 'info')).to.equal(false);
  });
});

describe('console: nothing secret', () => {
  it('words, link keys, private keys and rolls are taken out of every line', () => {
    for (const [line, secret] of [
      ['word 3 zebra', 'zebra'],
      [`link key ${'ab'.repeat(32)}`, 'abab'],
      [`xprv9s21ZrQH143K${'3'.repeat(80)}`, 'ZrQH143K'],
      ['1234'.repeat(12), '12341234'],
      [`${'abandon '.repeat(23)}art`, 'abandon'],
    ] as const) {
      expect(redact(line)).not.to.include(secret);
    }
    expect(redact('status')).to.equal('status');
  });
  it('a session with PIN: neither in entries nor in answers nor in a capture', async () => {
    const rig = await readyRig();
    rig.coldConsole.close();
    const entries: TrafficEntry[] = [];
    const session = createSession({
      port: rig.cold.console.port,
      nowMs: () => START_S * 1000,
      onEntry: (entry) => entries.push(entry),
      askSecret: async () => PIN,
    });
    const answers = [];
    for (const line of [
      'status',
      'modem',
      'memory',
      'flash',
      'clock',
      'link',
      'selftest',
      'audit',
      'provision',
      'phones +8613800000008',
      'nonsense',
    ])
      answers.push(await rig.world.finish(session.run(line)));
    const text = JSON.stringify([entries, answers]);
    for (const secret of [PIN, ...rig.words.slice(0, 1).map((word) => `"${word}"`), rig.words.join(' ')])
      expect(text).not.to.include(secret);
    expect(answers.map((answer) => answer.error?.code)).to.deep.equal([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      'refused-here',
      undefined,
      'unknown-command',
    ]);
    expect(answers[7].findings[0].text).to.match(/chain of hashes holds/);
    expect(answers[1].lines[0]).to.match(/^modem 0 state \d registered \d/);
  });
});

describe('console: stack traces', () => {
  it('leads a position of a built image back to TypeScript', function () {
    const image = path.join(__dirname, '..', '..', '..', 'firmware', 'linux', 'hsm-cold.js');
    if (!fs.existsSync(`${image}.map`)) this.skip();
    const map = createStackMapper(image, path.join(__dirname, '..', '..', '..', '..'));
    const code = fs.readFileSync(image, 'latin1');
    const offset = code.indexOf('chaincloud hsm-cold ');
    const before = code.slice(0, offset).split('\n');
    const column = before[before.length - 1].length + 1;
    const mapped = map(`    at Xa (:${before.length}:${column})`);
    expect(mapped).to.match(/^ {4}at Xa \(firmware\/cold\/\w+\.ts:\d+:\d+\)$/);
    // A slot's first line is its header.
    expect(map(`    at Xa (hsm.a:${before.length + 1}:${column})`)).to.equal(mapped);
    expect(map(`    at function (a,b) {var c} (hsm.b:${before.length + 1}:${column})`)).to.equal(
      mapped.replace('Xa ', ''),
    );
    expect(map(`    at hsm.b:${before.length + 1}:${column}`)).to.equal(mapped.replace('Xa ', ''));
    expect(map('no trace')).to.equal('no trace');
  });
});

describe('console: commands', () => {
  it('completes and helps', () => {
    expect(complete('st')[0]).to.deep.equal(['status']);
    expect(complete('account s')).to.deep.equal([['show'], 's']);
    expect(helpText('modem')[0]).to.include('signal');
    expect(helpText('zzz')[0]).to.include('no command');
  });
  it('judges what is wrong, with what to do', () => {
    const texts = judge(
      [
        'state locked',
        'time 1000',
        'memory 2400 of 2500',
        'link down',
        'account 1 closed bad-authority batches-hot 1 batches-cold 1',
        'modem 0 state 2 registered 0 rssi 3 supply-mv 3300 operator - stored 0 of 30 sent 0 received 0 timeouts 0 ' +
          'restarts 0 queued 0 network-time -',
      ],
      1_700_000_000,
    ).map((finding) => finding.text);
    for (const part of ['chaincloud unlock', 'behind', 'nearly full', 'cable', 'reopen 1', 'SIM', 'antenna', '3.7'])
      expect(texts.join('\n')).to.include(part);
    const external = judge(['state unlocked', 'time 1700000000', 'memory 100 of 16383 external'], 1_700_000_000);
    expect(external.map(({ ok, text }) => [ok, text.split(':')[0]])).to.deep.equal([
      [true, 'memory lies outside of the chip'],
    ]);
    const small = judge(['state memory-small', 'time 1700000000', 'memory 100 of 2300'], 1_700_000_000);
    expect(small.map(({ ok, text }) => [ok, text.split(',')[0]])).to.deep.equal([
      [false, 'the board has too few variables'],
    ]);
    expect(judge(['state unlocked', 'time 1700000000', 'memory 100 of 2500', 'link up'], 1_700_000_000)).to.deep.equal(
      [],
    );
  });
});

describe('console: people', () => {
  it('does not show a secret on a terminal, takes backspaces', async () => {
    const input = Object.assign(new EventEmitter(), {
      isTTY: true,
      setRawMode: () => undefined,
      resume: () => undefined,
      pause: () => undefined,
    });
    let shown = '';
    const people = createPeople(input, { write: (text) => void (shown += text) });
    const answer = people.askSecret('PIN:');
    input.emit('data', Buffer.from('12x\x7f34\r'));
    expect(await answer).to.equal('1234');
    expect(shown).not.to.match(/[0-9]/);
    const plain = people.ask('name:');
    input.emit('data', Buffer.from('ab\n'));
    expect(await plain).to.equal('ab');
    expect(shown).to.include('ab');
  });
  it('an input that ends: no-answer', async () => {
    const input = Object.assign(new EventEmitter(), { resume: () => undefined, pause: () => undefined });
    const people = createPeople(input, { write: () => undefined });
    const answer = people.ask('x').catch((error) => error.code);
    input.emit('end');
    expect(await answer).to.equal('no-answer');
  });
});
