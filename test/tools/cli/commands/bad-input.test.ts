// Holds the command line of the tools against bad input: each case has its own code and says what to do (design: bad
// input changes nothing). `usage` is exit 2, everything else exit 1 (tools/cli/main.ts).
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { readInput, type Command } from '../../../../tools/cli/command';
import { backupCommand } from '../../../../tools/cli/commands/backup';
import { benchCommand } from '../../../../tools/cli/commands/bench';
import { consoleCommand } from '../../../../tools/cli/commands/console';
import { doctorCommand } from '../../../../tools/cli/commands/doctor';
import { flashCommand } from '../../../../tools/cli/commands/flash';
import { provisionCommand } from '../../../../tools/cli/commands/provision';
import { reportCommand } from '../../../../tools/cli/commands/report';
import { restoreCommand } from '../../../../tools/cli/commands/restore';
import { sweepCommand } from '../../../../tools/cli/commands/sweep';
import { unlockCommand } from '../../../../tools/cli/commands/unlock';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'bad-input-'));
fs.mkdirSync(path.join(dir, 'linux'));
fs.mkdirSync(path.join(dir, 'toaster'));
const file = (name: string, content: string): string => {
  fs.writeFileSync(path.join(dir, name), content);
  return path.join(dir, name);
};
const image = file('linux/hsm-hot.js', 'print(1);\n');

const CASES: [Command, string[], string, RegExp][] = [
  [flashCommand, [], 'usage', /--board/],
  [flashCommand, ['--board', 'toaster', '--role', 'hot'], 'wrong-board', /esp32-sim800l/],
  [flashCommand, ['--board', 'linux', '--role', 'warm'], 'usage', /cold or hot/],
  [flashCommand, ['--image', path.join(dir, 'x.js')], 'bad-image', /hsm-cold\.js/],
  [flashCommand, ['--image', path.join(dir, 'linux', 'hsm-cold.js')], 'no-image', /chaincloud build/],
  [flashCommand, ['--image', file('toaster/hsm-hot.js', 'x')], 'wrong-board', /toaster/],
  [flashCommand, ['--image', file('linux/hsm-hot.js', 'print(1);\n'), '--port', '/dev/nope'], 'no-port', /plug/],
  [flashCommand, ['--image', image, '--port', image], 'not-a-port', /path/],
  [flashCommand, ['--image', image, '--baud', 'fast'], 'usage', /--baud/],
  [flashCommand, ['--base', dir, '--port', '/dev/nope'], 'no-image', /exactly one/],
  [consoleCommand, ['--level', 'loud'], 'usage', /error, warn/],
  [consoleCommand, ['--as', 'radio'], 'usage', /link/],
  [consoleCommand, ['--port', 'tcp://nowhere'], 'bad-port-name', /HOST:PORT/],
  [consoleCommand, ['--replay', file('c.cbor', 'x\n')], 'bad-capture', /no capture/],
  [provisionCommand, ['--accounts', path.join(dir, 'none.json')], 'account-file', /no such file/],
  [provisionCommand, ['--phones', '+8613800000008,13800'], 'usage', /\+8613800000000/],
  [provisionCommand, ['--phones', ','], 'usage', /separated by commas/],
  [provisionCommand, ['--port', '/dev/nope'], 'no-port', /plug/],
  [unlockCommand, ['--reopen', 'all'], 'usage', /number/],
  [backupCommand, ['--port', '/dev/nope'], 'usage', /--out/],
  [restoreCommand, [], 'usage', /--backup/],
  [restoreCommand, ['--backup', file('b.json', '{"version":9}')], 'backup-file', /version/],
  [sweepCommand, ['--psbt', file('p.psbt', 'hello'), '--out', 'x'], 'psbt-file', /PSBT/],
  [sweepCommand, ['--psbt', file('q.psbt', 'cHNidP8B'), '--out', 'x', '--account', '-1'], 'usage', /.*/],
  [doctorCommand, ['--rpc', 'localhost'], 'usage', /http/],
  [benchCommand, ['--port', '/dev/nope', '--speeds', 'fast'], 'usage', /bits a second/],
  [reportCommand, ['--verify-log', file('log.txt', 'nothing')], 'log-file', /audit log/],
  [reportCommand, ['--verify-log', file('log.txt', 'nothing'), '--heartbeat', 'CC:HB:1'], 'usage', /--identity/],
  [reportCommand, ['--verify-log', file('log.txt', 'nothing'), '--identity', '02ab'], 'usage', /66 hex digits/],
  [
    reportCommand,
    [
      '--verify-log',
      file('log.txt', 'nothing'),
      '--heartbeat',
      file('hb.txt', 'hello'),
      '--identity',
      `02${'11'.repeat(32)}`,
    ],
    'heartbeat-file',
    /CC:HB:/,
  ],
  [
    reportCommand,
    ['--verify-log', file('pinned.txt', 'audit 1 1 1 1 - ' + '0'.repeat(64)), '--pin', '1:abcdef12'],
    'usage',
    /16 to 64/,
  ],
  [reportCommand, ['--pin', '1:abcdef1234567890'], 'usage', /--verify-log/],
  [reportCommand, ['--format', 'xml'], 'usage', /csv/],
  [reportCommand, ['--api', 'http://127.0.0.1:9'], 'usage', /token/],
];

describe('cli: bad input', () => {
  for (const [command, args, code, says] of CASES) {
    it(`${command.name} ${args.map((arg) => arg.replace(dir, 'DIR')).join(' ')}: ${code}`, async () => {
      const error = await Promise.resolve()
        .then(() => command.run(readInput(command, args)))
        .then(
          () => undefined,
          (thrown: { code: string; message: string }) => thrown,
        );
      expect(error?.code).to.equal(code);
      expect(error?.message).to.match(says);
    });
  }
});
