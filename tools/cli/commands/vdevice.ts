// `chaincloud vdevice`: the customer's V-Device with a real modem; with --pair it makes V's identity and shows what the
// operator at HSM-Cold needs of it.
import { Type } from '@sinclair/typebox';
import { existsSync, writeFileSync } from 'node:fs';
import { fail } from '../../../protocol/errors';
import { MINUTE_MS } from '../../../protocol/time';
import { ACCOUNT_OPEN, RADIO_NAMES } from '../../../protocol/wire';
import { realRuntime } from '../../../host/kit/runtime';
import type { LogListener } from '../../../host/kit/log';
import {
  codeOf,
  DOOR_ACTIONS,
  doorOf,
  type DoorAction,
  knock,
  openDoor,
  openIdentity,
  readAccount,
  startVDevice,
  type AccountPublic,
  type VStatus,
} from '../../../host/vdevice';
import { aLimitedPolicy } from '../../../host/vdevice/policy/policy-form';
import { aPairingFrom, pairingText } from '../../operator/pairing/payload';
import { qrLines, readScan } from '../../operator/pairing/qr';
import { openPort } from '../../serial/open';
import { need, type Command, type CommandInput } from '../command';
import { describeSettings, HttpUrl, oneOf, PauseMs, readConfig, settings, Text, Texts } from '../config-file';
import { aLogWriter, LOG_FLAG } from '../log-writer';
import { stopSignal } from '../stop-signal';

const SETTINGS = settings({
  modemPort: Text,
  simPin: Type.Optional(Text),
  identityFile: Text,
  file: Text,
  websiteUrl: HttpUrl,
  websiteToken: Text,
  password: Text,
  apiUrl: HttpUrl,
  apiToken: Text,
  /** Path of the account public file. */
  account: Text,
  hsmPhones: Texts,
  adminPhones: Texts,
  policy: Type.Object({}, { description: 'an object with at least "windowMaxSats": satoshi a day, or "none"' }),
  rekeyAt: Type.Optional(Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: 'a time as 03:00' })),
  utcOffsetMinutes: Type.Optional(Type.Integer({ minimum: -1440, maximum: 1440, description: 'minutes east of UTC' })),
  pollMs: Type.Optional(PauseMs),
  batchPollMs: Type.Optional(PauseMs),
  protocol: Type.Optional(oneOf('v1', 'v2')),
  /** Path of V's door; beside the state file when left out. */
  socket: Type.Optional(Text),
});

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

async function serve(configFile: string, onEvent: LogListener): Promise<number> {
  const { modemPort, identityFile, socket, ...given } = readConfig(configFile, SETTINGS);
  aLimitedPolicy(given.policy);
  const runtime = realRuntime();
  const port = await openPort(modemPort);
  const v = await startVDevice({
    ...given,
    runtime,
    modem: port,
    identityPriv: openIdentity(identityFile, runtime.random).priv,
    onEvent,
  });
  const path = socket ?? doorOf(given.file);
  const door = await openDoor(v, path).catch(async (error) => {
    await v.close();
    port.close();
    throw error;
  });
  process.stdout.write(`V is up, pairing code ${v.pairingCode()}, door ${path}; Ctrl-C ends it\n`);
  await stopSignal();
  await door.close();
  await v.close();
  port.close();
  return 0;
}

/** What an action takes beside its name. */
const ARGUMENTS: { [action in DoorAction]?: string } = {
  approve: 'the ID of a withdrawal, or its code',
  dismiss: 'the ID of a withdrawal',
};

/** Has a running V do what the first argument says. */
async function operate(input: CommandInput): Promise<number> {
  const [action, argument] = input.positionals;
  const wanted = DOOR_ACTIONS.find((each) => each === action);
  if (wanted === undefined) throw fail('usage', `vdevice ${action}: expected ${DOOR_ACTIONS.join(', ')}`);
  const expected = ARGUMENTS[wanted];
  if ((expected !== undefined) !== (argument !== undefined))
    throw fail('usage', `vdevice ${wanted} takes ${expected ?? 'no argument'}`);
  const { socket } = input.values;
  const given = socket === undefined ? readConfig(need(input, 'config'), SETTINGS) : undefined;
  const door = given ? (given.socket ?? doorOf(given.file)) : (socket as string);
  const result = await knock(door, wanted, argument);
  const isStatus = wanted === 'status' && !input.switches.json;
  const text = isStatus ? statusText(result as VStatus) : JSON.stringify(result);
  if (isStatus || input.switches.json) process.stdout.write(`${text}\n`);
  return 0;
}

/** HSM-Cold's last answer to ask-status. */
function coldText({ accountState, answeredMs, radio }: NonNullable<VStatus['cold']>): string {
  const account = accountState === ACCOUNT_OPEN ? 'open' : 'closed';
  return `account ${account}, radio ${RADIO_NAMES[radio]}, at ${new Date(answeredMs).toISOString()}`;
}

function limitsText({ daySats, approveAboveSats, loosening }: VStatus['limits']): string {
  return [
    `${daySats === 'none' ? 'NO LIMIT' : `${daySats} sats`} a day`,
    approveAboveSats === 'none' ? 'no approvals' : `approval above ${approveAboveSats} sats a day`,
    ...loosening.map(
      ({ looser, leftMs }) => `looser ${looser.join(', ')} in ${Math.ceil(leftMs / MINUTE_MS)} minutes of running`,
    ),
  ].join('; ');
}

/** What a running V is doing, a line a subject. */
export function statusText({ channel, opening, cold, loop, batches, sent, sms, limits, approvals }: VStatus): string {
  const since = channel && new Date(channel.openedAtMs).toISOString();
  return [
    `channel   ${channel ? `${channel.id}, since ${since}` : opening ? 'none, being opened' : 'none'}`,
    `loop      ${loop.state}${loop.vtestId === null ? '' : `, withdrawal ${loop.vtestId}`}${
      loop.stoppedBecause === null ? '' : `, stopped because of ${loop.stoppedBecause}`
    }`,
    `sent      ${sent.count} withdrawals, ${sent.sats} sats`,
    `limits    ${limitsText(limits)}`,
    ...approvals.map(
      ({ vtestId, sats, outputs, firstAddress }) =>
        `waits     for approval: ${vtestId}, ${sats} sats, ${outputs} outputs, first ${firstAddress}`,
    ),
    `batches   ${batches.verified} verified, ${batches.waiting} waiting, ${batches.failed} failed`,
    `HSM-Cold  ${cold ? coldText(cold) : 'not asked yet: chaincloud vdevice ask-status'}`,
    `SMS       ${sms.in} in, ${sms.out} out, ${sms.ignored} ignored`,
  ].join('\n');
}

export const vdeviceCommand: Command = {
  name: 'vdevice',
  summary: "runs the customer's V-Device, second verification over SMS; or has a running one do something",
  positionals: ['action?', 'argument?'],
  flags: {
    config: { value: 'FILE', help: `JSON: ${describeSettings(SETTINGS)}` },
    socket: { value: 'PATH', help: `with ${DOOR_ACTIONS.join(', ')}: V's door, in place of --config` },
    json: { help: 'with status: as JSON' },
    ...LOG_FLAG,
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
    if (input.positionals.length > 0) return operate(input);
    return serve(need(input, 'config'), aLogWriter(input));
  },
};
