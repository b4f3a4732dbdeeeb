// What the boards print is what their commands declare: every line and every error of the frozen transcripts. And the
// reader of lines takes the types from the forms.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { COLD_COMMANDS, HOT_COMMANDS, lineOf, linesOf, readLine } from '../../../host/operator';
import { readConsoles } from '../../../tools/generate/console/declarations';

const FOLDER = path.resolve(__dirname, '../../../../test/vectors/console');

/** Codes of what every line can meet, of the needs, and of decoders. */
const COMMON = ['line-long', 'unknown-command'];
const OF_PIN = ['not-provisioned', 'pin-form', 'pin-wait', 'pin-wrong', 'pin-untried', 'wiped'];
const FAULTS = ['device-damaged', 'journal-corrupt', 'archive-lost', 'restore-unfinished', 'selftest-failed'];

/** A transcript's masks, as values again. */
const filled = (line: string): string =>
  line
    .replace(/<(hex|time)>/g, '12345678')
    .replace(/<(n|start|uptime)>/g, '1')
    .replace(/<\w+>/g, 'abc');

interface Exchange {
  command: string;
  lines: string[];
  questions: string[];
  error?: string;
}

function exchangesOf(file: string): Exchange[] {
  const exchanges: Exchange[] = [];
  let isOpen = false;
  for (const line of fs.readFileSync(path.join(FOLDER, file), 'utf8').trimEnd().split('\n')) {
    const last = exchanges[exchanges.length - 1];
    if (line.startsWith('> ')) {
      if (!isOpen) exchanges.push({ command: line.slice(2), lines: [], questions: [] });
      isOpen = true;
    } else if (/\? $/.test(line)) last.questions.push(line.slice(0, -2));
    else if (line === 'ok') isOpen = false;
    else if (line.startsWith('error ')) {
      isOpen = false;
      last.error = line.split(' ')[1];
    } else if (!line.startsWith('chaincloud ') && !line.startsWith('fault ')) last.lines.push(line);
  }
  return exchanges;
}

describe('console lines', () => {
  for (const { board, commands } of readConsoles()) {
    it(`of HSM-${board === 'cold' ? 'Cold' : 'Hot'}: all that the transcripts hold is declared`, () => {
      const files = fs.readdirSync(FOLDER).filter((file) => file.startsWith(board));
      const undeclared: string[] = [];
      const met = new Set<string>();
      for (const exchange of files.flatMap(exchangesOf)) {
        const words = exchange.command.split(' ');
        const command = commands.find(({ name }) => name === words.slice(0, name.split(' ').length).join(' '));
        if (!command) continue;
        met.add(command.name);
        const forms = Object.values(command.lines ?? {}).map(([form]) => form);
        for (const line of exchange.lines) {
          const isFigures = command.name !== 'help' && /<figures>|<code>|<base64>|<xpub>/.test(line);
          const isDeclared = isFigures
            ? forms.some((form) => form.split(/[ <]/)[0] === line.split(' ')[0])
            : forms.some((form) => readLine(form, command.name === 'help' ? line : filled(line)) !== undefined);
          if (!isDeclared) undeclared.push(`${command.name}: ${line}`);
        }
        const asks = Object.keys(command.asks ?? {});
        for (const question of exchange.questions) {
          const isPin = question === 'PIN' && command.needs?.some((need) => need.startsWith('pin'));
          if (!isPin && !asks.includes(question)) undeclared.push(`${command.name} asks ${question}`);
        }
        const codes = [...COMMON, ...Object.keys(command.errors ?? {})];
        if (command.needs?.includes('unlocked')) codes.push('locked');
        if (command.needs?.some((need) => need.startsWith('pin'))) codes.push(...OF_PIN);
        if (!command.isForFaulty) codes.push(...FAULTS);
        const { error } = exchange;
        if (error !== undefined && !codes.includes(error) && !/^(cbor|crypto)-/.test(error))
          undeclared.push(`${command.name} fails with ${error}`);
      }
      expect(undeclared).to.deep.equal([]);
      expect(commands.map(({ name }) => name).filter((name) => !met.has(name))).to.deep.equal([]);
    });
  }

  it('a command that needs the PIN asks for it, and one that needs an unlocked board refuses a locked one', () => {
    const cold = readConsoles()[0].commands;
    const all = ['cold-unlocked', 'cold-provisioned', 'cold-sweep', 'cold-closed'].flatMap((name) =>
      exchangesOf(`${name}.txt`),
    );
    const locked = exchangesOf('cold-locked.txt');
    for (const { name, needs } of cold) {
      const of = (list: Exchange[]): Exchange[] => list.filter(({ command }) => `${command} `.startsWith(`${name} `));
      if (needs?.includes('pin'))
        expect(
          of([...all, ...locked]).some(({ questions }) => questions.includes('PIN')),
          name,
        ).to.equal(true);
      if (needs?.includes('unlocked'))
        expect(new Set(of(locked).map(({ error }) => error)), name).to.deep.equal(new Set(['locked']));
    }
  });

  it('read by their form, with its types', () => {
    const { status } = COLD_COMMANDS;
    expect(readLine(status.lines.memory, 'memory 812 of 2500')).to.deep.equal({ used: 812, total: 2500 });
    expect(readLine(status.lines.time, 'time unset')).to.deep.equal({ unix_seconds: 'unset' });
    expect(readLine(status.lines.time, 'time 1760000000')).to.deep.equal({ unix_seconds: 1_760_000_000 });
    expect(
      readLine(status.lines.account, 'account 0 closed forgery batches-hot 1 batches-cold 2 alarm forgery 7'),
    ).to.deep.equal({
      account: 0,
      standing: 'closed',
      reason: 'forgery',
      batches_hot: 1,
      batches_cold: 2,
      alarm: 'forgery',
      alarm_number: 7,
    });
    expect(readLine(status.lines.account, 'account 0 open batches-hot 1 batches-cold 2')).to.deep.equal({
      account: 0,
      standing: 'open',
      batches_hot: 1,
      batches_cold: 2,
    });
    const modem = 'modem 0 registered rssi 21 operator CHINA MOBILE network-time - queued 0';
    expect(readLine(status.lines.modem, modem)).to.include({ operator: 'CHINA MOBILE', unix_seconds: '-' });
    expect(lineOf(HOT_COMMANDS.status.lines.state, ['x', 'state paired link up'])).to.deep.equal({
      state: 'paired',
      link: 'up',
    });
    expect(linesOf(status.lines.modem, [modem, 'trouble x', modem])).to.have.length(2);
  });

  it('of another form, or with a number that is none, are not read', () => {
    const { memory } = COLD_COMMANDS.status.lines;
    for (const line of ['memory', 'memory 1 of', 'memory 01 of 2', 'memory -1 of 2', 'memory 1 of 2 ', ' memory 1 of 2',
      'memory 1e3 of 2', 'memory 0x1 of 2', 'memory 9999999999999999 of 2', 'Memory 1 of 2', 'memory 1 of 2\r'])
      expect(readLine(memory, line), line).to.equal(undefined); // prettier-ignore
  });
});
