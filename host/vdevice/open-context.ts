// Opens what V's parts share from its options, checking every one of them first.

import { fail } from '../../protocol/errors';
import { SMS_PORT } from '../../protocol/wire';
import { clockOf } from '../kit/link-adapter';
import { createLog, type Log } from '../kit/log';
import { protocolCrypto } from '../kit/protocol-crypto';
import { httpClient } from '../v1';
import { isOneOf, phoneKey, type VContext } from './context';
import { openModem } from './link/modem';
import { aPaired, readAccount } from './link/pairing';
import { localTime } from './loops/local-time';
import { aLimitedPolicy } from './policy/policy-form';
import { PoliciesInForce } from './policy/in-force';
import { LimitClock } from './policy/limit-clock';
import { hex, openSealer } from './seal';
import { openState } from './state';
import type { VDeviceOptions } from './types';

const DEFAULT_POLL_MS = 6000;
/** Characters of a text SMS. */
const TEXT_MAX = 160;

export type OpenContext = VContext & { closeAll(): void };

function need(holds: boolean, what: string): void {
  if (!holds) throw fail('vdevice-options', what);
}

function arePhones(numbers: readonly string[]): boolean {
  return numbers.length > 0 && numbers.every((number) => phoneKey(number) !== null);
}

function checkOptions(options: VDeviceOptions): void {
  need(options.password !== '', 'an empty password would leave withdrawals unencrypted');
  need(options.identityPriv.length === 32, 'identityPriv: expected 32 bytes');
  need(arePhones(options.hsmPhones), 'hsmPhones: expected phone numbers');
  need(arePhones(options.adminPhones), 'adminPhones: expected phone numbers');
  need(
    !options.adminPhones.some((number) => isOneOf(number, options.hsmPhones)),
    'a number is both HSM-Cold and admin',
  );
}

function openLog(options: VDeviceOptions): Log {
  const { runtime, password, websiteToken, apiToken, identityPriv } = options;
  const secrets = [password, websiteToken, apiToken, hex(identityPriv)];
  return createLog({ runtime, who: 'v-device', listener: options.onEvent, secrets });
}

/**
 * Opens state file, modem and HTTP clients. Throws `vdevice-options`, `account-file`, `pairing-mismatch`, `bad-policy`,
 * `sql-file`, `seal-key`, `seal-broken`.
 */
export function openContext(options: VDeviceOptions): OpenContext {
  const { runtime } = options;
  const clock = clockOf(runtime);
  const startMs = runtime.nowMs();
  checkOptions(options);
  const account = readAccount(options.account);
  const random = (lenBytes: number): Uint8Array => runtime.random(lenBytes);
  const crypto = protocolCrypto(random);
  aPaired(account, crypto.pubkeyCreate(options.identityPriv));
  const policy = aLimitedPolicy(options.policy ?? {});
  const website = httpClient(options.websiteUrl, options.websiteToken);
  const api = httpClient(options.apiUrl, options.apiToken);
  const state = openState(options.file, openSealer(options.file + '.key', random));
  const log = openLog(options);
  const known = [...options.hsmPhones, ...options.adminPhones];
  const isTrusted = (from: string): boolean => isOneOf(from, known);
  const modem = openModem(options.modem, { runtime, state, log, simPin: options.simPin, isTrusted });
  const sendText = (to: string, text: string): void => {
    state.count('sms-out');
    modem.sendText(to, text);
  };
  const tellAdmins = (text: string): void =>
    options.adminPhones.forEach((phone) => sendText(phone, text.slice(0, TEXT_MAX)));
  const limitClock = new LimitClock(runtime);
  return {
    runtime,
    decrypted: new Map(),
    steadyMs: () => startMs + clock.uptimeMs(),
    crypto,
    state,
    modem,
    website,
    api,
    account,
    policy,
    policies: new PoliciesInForce(state, limitClock, policy, tellAdmins),
    clock: limitClock,
    identityPriv: options.identityPriv,
    password: options.password,
    time: localTime(options.utcOffsetMinutes),
    hsmPhones: options.hsmPhones,
    adminPhones: options.adminPhones,
    pollMs: options.pollMs ?? DEFAULT_POLL_MS,
    log,
    sendText,
    sendData: (to, data) => {
      state.count('sms-out');
      modem.sendData(to, SMS_PORT, data);
    },
    tellAdmins,
    closeAll: () => {
      modem.close();
      website.close();
      api.close();
      state.close();
    },
  };
}
