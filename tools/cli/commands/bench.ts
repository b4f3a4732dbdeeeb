// `chaincloud bench`: the device's own benchmark and self-test on whatever answers on a port.
import { fail } from '../../../protocol/errors';
import { realRuntime } from '../../../host/kit/runtime';
import { benchDevice, benchText } from '../../console/device-bench/device-bench';
import { measureSpeeds } from '../../console/device-bench/uart-loss';
import { createPeople } from '../../console/people';
import { openPeer } from '../../flash/lines/peer';
import { progressBar } from '../../flash/progress';
import { TRIAL_FLAGS, trialOf } from '../trial-flags';
import { boardNamed } from '../../flash/boards';
import { choosePort } from '../../serial/list';
import { aBaud, DEFAULT_BAUD, openPort } from '../../serial/open';
import type { Command } from '../command';

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
    json: { help: 'as JSON' },
  },
  async run(input) {
    const modemOf = input.values.modem === undefined ? undefined : boardNamed(input.values.modem);
    const name = await choosePort(input.values.port);
    const baud = aBaud(input.values.baud);
    const speeds = (input.values.speeds ?? '')
      .split(',')
      .filter((each) => each !== '')
      .map((each) => aBaud(each, 'speeds'));
    const smsTo = input.values.sms;
    if (smsTo !== undefined && !/^\+\d{3,16}$/.test(smsTo))
      throw fail('usage', `"--sms" expected a number like +8613800000000, got ${smsTo}`);
    const people = createPeople(process.stdin, process.stderr);
    const port = await openPort(name, baud);
    const peer = await openPeer(input.values.peer, baud);
    const bar = progressBar(process.stderr);
    const bench = await benchDevice(port, realRuntime(), {
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
    if (modemOf && bench.role !== undefined)
      throw fail(
        'no-prompt',
        'with --modem the board must be at its prompt: give it with "service" at its console; a running ' +
          'HSM-Cold measures with --sms',
      );
    if (speeds.length > 0 && bench.role !== undefined)
      throw fail(
        'no-prompt',
        'speeds are measured at the prompt: give the board its prompt with "service" at its console',
      );
    for (const { baud: speed, rows } of await measureSpeeds(
      (each) => openPort(name, each),
      realRuntime(),
      baud,
      speeds,
    )) {
      for (const row of rows)
        bench.figures.push({
          name: `${speed} baud, bursts of ${row.lenBytes}`,
          value: row.whole,
          unit: `of ${row.sent} whole`,
        });
    }
    process.stdout.write(input.switches.json ? `${JSON.stringify(bench)}\n` : benchText(bench));
    return 0;
  },
};
