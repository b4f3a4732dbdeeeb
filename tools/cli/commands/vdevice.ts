// `chaincloud vdevice`: the customer's V-Device with a real modem; with --pair it makes V's identity and shows what the
// operator at HSM-Cold needs of it.
import { realRuntime } from '../../../host/runtime';
import { formatEvent } from '../../../host/sim/events';
import { codeOf, openIdentity, readAccount, startVDevice, type VDeviceOptions } from '../../../host/vdevice';
import { openPort } from '../../serial/open';
import { need, type Command } from '../command';
import { describeShape, readConfig, type Shape } from '../config-file';
import { stopSignal } from '../stop-signal';

const SHAPE: Shape = {
  modemPort: 'text', simPin: 'text?', identityFile: 'text', file: 'text', websiteUrl: 'text', websiteToken: 'text', password: 'text',
  apiUrl: 'text', apiToken: 'text', account: 'text', hsmPhones: 'texts', adminPhones: 'texts', policy: 'object?', rekeyAt: 'text?',
  utcOffsetMinutes: 'number?', pollMs: 'number?', batchPollMs: 'number?', protocol: 'text?',
};

interface Settings extends Omit<VDeviceOptions, 'runtime' | 'modem' | 'identityPriv' | 'account' | 'onEvent'> {
  modemPort: string;
  identityFile: string;
  /** Path of the account public file. */
  account: string;
}

/** Shows V's public identity and, once the account's file has come from HSM-Cold, the code to compare. */
function pair(identityFile: string, accountFile: string | undefined): number {
  const identity = openIdentity(identityFile, realRuntime().random);
  process.stdout.write(`V's identity, for the account at HSM-Cold: ${identity.pub}\n`);
  if (accountFile !== undefined) {
    const code = codeOf(readAccount(accountFile), Buffer.from(identity.pub, 'hex'));
    process.stdout.write(`pairing code: ${code}\nUse the account only if HSM-Cold's console shows the same code.\n`);
  }
  return 0;
}

async function serve(configFile: string): Promise<number> {
  const { modemPort, identityFile, ...settings } = readConfig(configFile, SHAPE) as unknown as Settings;
  const runtime = realRuntime();
  const port = await openPort(modemPort);
  const v = await startVDevice({
    ...settings, runtime, modem: port,
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
  summary: 'runs the customer\'s V-Device: second verification over SMS',
  flags: {
    config: { value: 'FILE', help: `JSON: ${describeShape(SHAPE)}` },
    pair: { help: 'makes V\'s identity (--identity) and shows it, and the pairing code when --account is given' },
    identity: { value: 'FILE', help: 'with --pair: the identity file, made when absent' },
    account: { value: 'FILE', help: 'with --pair: the account public file from HSM-Cold' },
  },
  async run(input) {
    if (input.switches.pair) return pair(need(input, 'identity'), input.values.account);
    return serve(need(input, 'config'));
  },
};
