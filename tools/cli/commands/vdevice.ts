// `chaincloud vdevice`: the customer's V-Device with a real modem; with --pair it makes V's identity and shows what the
// operator at HSM-Cold needs of it.
import { existsSync, writeFileSync } from 'node:fs';
import { fail } from '../../../protocol/errors';
import { realRuntime } from '../../../host/kit/runtime';
import { formatEvent } from '../../../host/kit/log';
import {
  codeOf,
  openIdentity,
  readAccount,
  startVDevice,
  type AccountPublic,
  type VDeviceOptions,
} from '../../../host/vdevice';
import { aPairingFrom, pairingText } from '../../operator/pairing/payload';
import { qrLines, readScan } from '../../operator/pairing/qr';
import { openPort } from '../../serial/open';
import { need, type Command, type CommandInput } from '../command';
import { describeShape, readConfig, type Shape } from '../config-file';
import { stopSignal } from '../stop-signal';

const SHAPE: Shape = {
  modemPort: 'text',
  simPin: 'text?',
  identityFile: 'text',
  file: 'text',
  websiteUrl: 'text',
  websiteToken: 'text',
  password: 'text',
  apiUrl: 'text',
  apiToken: 'text',
  account: 'text',
  hsmPhones: 'texts',
  adminPhones: 'texts',
  policy: 'object?',
  rekeyAt: 'text?',
  utcOffsetMinutes: 'number?',
  pollMs: 'number?',
  batchPollMs: 'number?',
  protocol: 'text?',
};

interface Settings extends Omit<VDeviceOptions, 'runtime' | 'modem' | 'identityPriv' | 'account' | 'onEvent'> {
  modemPort: string;
  identityFile: string;
  /** Path of the account public file. */
  account: string;
}

/**
 * Shows V's public identity as a code to scan. Once HSM-Cold's part is here, as the account's file or as the payload
 * that its operator's screen shows, shows the code to compare; from a payload it writes the account's file.
 */
function pair(input: CommandInput): number {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const identity = openIdentity(need(input, 'identity'), realRuntime().random);
  let account: AccountPublic | undefined =
    input.values.account === undefined ? undefined : readAccount(input.values.account);
  if (input.values.scan !== undefined) {
    const cold = aPairingFrom('cold', readScan(input.values.scan));
    account = { account: cold.account, network: cold.network, identity: cold.identity } as AccountPublic;
    const out = input.values.out ?? `account-${cold.account}.json`;
    if (existsSync(out))
      throw fail('file-there', `${out} is there already: move it away, or name another file with --out`);
    writeFileSync(out, `${JSON.stringify({ ...account, v_identity: identity.pub }, null, 2)}\n`);
    say(`account ${cold.account} on ${cold.network}: ${out}`);
  }
  if (account === undefined) {
    const text = pairingText({ from: 'v', identity: identity.pub });
    for (const line of qrLines(text, process.stdout.isTTY === true)) say(line);
    say(`for the operator at HSM-Cold, to scan or to type: ${text}`);
  }
  say(`V's identity, for the account at HSM-Cold: ${identity.pub}`);
  if (account !== undefined)
    say(
      `pairing code: ${codeOf(account, Buffer.from(identity.pub, 'hex'))}\nUse the account only if ` +
        "HSM-Cold's console shows the same code.",
    );
  return 0;
}

async function serve(configFile: string): Promise<number> {
  const { modemPort, identityFile, ...settings } = readConfig(configFile, SHAPE) as unknown as Settings;
  const runtime = realRuntime();
  const port = await openPort(modemPort);
  const v = await startVDevice({
    ...settings,
    runtime,
    modem: port,
    identityPriv: openIdentity(identityFile, runtime.random).priv,
    onEvent: (event) => process.stdout.write(`${formatEvent(event)}\n`),
  });
  process.stdout.write(`V is up, pairing code ${v.pairingCode()}; Ctrl-C ends it\n`);
  await stopSignal();
  await v.close();
  port.close();
  return 0;
}

export const vdeviceCommand: Command = {
  name: 'vdevice',
  summary: "runs the customer's V-Device: second verification over SMS",
  flags: {
    config: { value: 'FILE', help: `JSON: ${describeShape(SHAPE)}` },
    pair: {
      help:
        "makes V's identity (--identity) and shows it as a QR code; with --scan or --account, the pairing " +
        'code to compare',
    },
    identity: { value: 'FILE', help: 'with --pair: the identity file, made when absent' },
    account: { value: 'FILE', help: 'with --pair: the account public file from HSM-Cold' },
    scan: {
      value: 'TEXT|PNG',
      help:
        "with --pair: what HSM-Cold's operator shows, as scanned, or a PNG file of the code; makes the " +
        "account's file",
    },
    out: { value: 'FILE', help: "with --scan: where the account's file goes, account-N.json when left out" },
  },
  async run(input) {
    if (input.switches.pair) return pair(input);
    return serve(need(input, 'config'));
  },
};
