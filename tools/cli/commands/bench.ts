// `chaincloud bench`: the device's own benchmark and self-test on whatever answers on a port.
import type { BoardData } from '../../../boards/board';
import { fail } from '../../../protocol/errors';
import { realRuntime } from '../../../host/kit/runtime';
import { adapterRows } from '../../console/device-bench/adapter';
import { benchDevice, benchText, type DeviceBench } from '../../console/device-bench/device-bench';
import { radioStates } from '../../console/device-bench/radio-states';
import { addRun, readReport } from '../../console/device-bench/report';
import { measureSpeeds } from '../../console/device-bench/uart-loss';
import { createPeople } from '../../console/people';
import { openPeer } from '../../flash/lines/peer';
import { progressBar } from '../../flash/progress';
import { TRIAL_FLAGS, trialOf } from '../trial-flags';
import { boardNamed } from '../../flash/boards';
import { choosePort } from '../../serial/list';
import { aBaud, DEFAULT_BAUD, openPort, type OpenPort } from '../../serial/open';
import type { Command, CommandInput } from '../command';

/** What the flags ask for. */
interface Wanted {
  /** The port's name. */
  name: string;
  baud: number;
  speeds: number[];
  modemOf?: BoardData;
  smsTo?: string;
}

/** Throws `usage`, `wrong-board`, `bad-report`, and what choosing a port throws. */
async function wantedOf({ values }: CommandInput): Promise<Wanted> {
  const { modem, sms: smsTo, out, note, speeds = '' } = values;
  if (smsTo !== undefined && !/^\+\d{3,16}$/.test(smsTo))
    throw fail('usage', `"--sms" expected a number like +8613800000000, got ${smsTo}`);
  if (note !== undefined && out === undefined) throw fail('usage', '"--note" goes with --out');
  if (out !== undefined) readReport(out);
  return {
    ...(modem === undefined ? {} : { modemOf: boardNamed(modem) }),
    ...(smsTo === undefined ? {} : { smsTo }),
    name: await choosePort(values.port),
    baud: aBaud(values.baud),
    speeds: speeds
      .split(',')
      .filter((each) => each !== '')
      .map((each) => aBaud(each, 'speeds')),
  };
}

/** What is measured on one open port. */
async function measureBoard({ name, baud, modemOf, smsTo }: Wanted, input: CommandInput): Promise<DeviceBench> {
  const people = createPeople(process.stdin, process.stderr);
  const port = await openPort(name, baud);
  const peer = await openPeer(input.values.peer, baud);
  const bar = progressBar(process.stderr);
  return benchDevice(port, realRuntime(), {
    ...(modemOf ? { modemOf } : {}),
    ...(smsTo ? { smsTo } : {}),
    askPin: () => people.askSecret('PIN of HSM-Cold:'),
    ...trialOf(input),
    ...(peer && { peer: peer.prompt }),
    onTrial: (label, doneBytes, totalBytes, leftMs) =>
      bar.show({ step: 'probe', doneBytes, totalBytes, label, leftMs }),
  }).finally(() => {
    bar.end();
    peer?.port.close();
    people.close();
    port.close();
  });
}

/** What the line loses at other speeds. */
async function speedRows({ name, baud, speeds }: Wanted): Promise<DeviceBench['figures']> {
  const results = await measureSpeeds((each) => openPort(name, each), realRuntime(), baud, speeds);
  return results.flatMap(({ baud: speed, rows }) =>
    rows.map((row) => ({
      name: `${speed} baud, bursts of ${row.lenBytes}`,
      value: row.whole,
      unit: `of ${row.sent} whole`,
    })),
  );
}

/** Adds what wants restarts: the adapter, noise after a start, memory by radio state. */
async function measureChip(open: () => Promise<OpenPort>, bench: DeviceBench): Promise<void> {
  const runtime = realRuntime();
  bench.figures.push(...(await adapterRows(open, runtime)));
  const port = await open();
  const { rows, findings } = await radioStates(port, runtime).finally(() => port.close());
  bench.figures.push(...rows);
  bench.findings.push(...findings);
}

export const benchCommand: Command = {
  name: 'bench',
  summary: 'measures a board: cryptography, memory, flash, noise, the line',
  flags: {
    port: { value: 'PORT', help: 'device file, pty or tcp://HOST:PORT' },
    baud: { value: 'N', help: "speed of the board's console", default: String(DEFAULT_BAUD) },
    speeds: {
      value: 'LIST',
      help: 'also measures what the line loses at these speeds, e.g. 9600,19200,115200,460800; the board at its prompt',
    },
    modem: {
      value: 'BOARD',
      help: "also watches the modem's supply while it registers; the board at its prompt, wired as BOARD of boards/",
    },
    sms: {
      value: '+NUMBER',
      help: 'also while it sends a text there: with --modem, or by HSM-Cold, which wants its PIN',
    },
    ...TRIAL_FLAGS,
    radios: {
      help:
        'also measures memory with each radio on, and what the adapter and a restart do; a bare chip at its prompt, ' +
        'which is open to whoever is in range meanwhile',
    },
    out: { value: 'FILE', help: 'adds this run to the one file that is sent in' },
    note: { value: 'TEXT', help: 'with --out: the words on the board, its modem and the adapter' },
    json: { help: 'as JSON' },
  },
  async run(input) {
    const wanted = await wantedOf(input);
    const bench = await measureBoard(wanted, input);
    if (bench.role !== undefined && (wanted.modemOf || wanted.speeds.length > 0 || input.switches.radios))
      throw fail(
        'no-prompt',
        'with --modem, --speeds and --radios the board must be at its prompt: give it with "service" at its console; ' +
          'a running HSM-Cold measures with --sms',
      );
    bench.figures.push(...(await speedRows(wanted)));
    if (input.switches.radios) await measureChip(() => openPort(wanted.name, wanted.baud), bench);
    const { out, note } = input.values;
    const at = new Date().toISOString();
    if (out !== undefined) addRun(out, { ...bench, at, ...(note === undefined ? {} : { note }) });
    process.stdout.write(input.switches.json ? `${JSON.stringify(bench)}\n` : benchText(bench));
    return 0;
  },
};
