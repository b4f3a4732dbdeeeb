// The customer's V-Device: assembles its parts, owns its clock. Spec: docs/published-app.md,
// protocol/SPEC.md 6. SMS with HSM-Cold: link-v2.ts, link-v1.ts. Withdrawals: intake.ts, send-loop.ts. Batches:
// batch-loop.ts. Admins: admin.ts.

import { fail } from '../../protocol/errors';
import { SMS_PORT } from '../../protocol/wire';
import { protocolCrypto } from '../kit/protocol-crypto';
import { httpClient } from '../v1';
import { NO_CHANNEL, takeAdminText } from './admin';
import { batchLoop, type BatchLoop } from './loops/batch-loop';
import { isOneOf, phoneKey, type VContext } from './context';
import type { HsmLink } from './link/hsm-link';
import { linkV1 } from './link/link-v1';
import { linkV2 } from './link/link-v2';
import { aMinuteOfDay, localTime } from './loops/local-time';
import { openModem } from './link/modem';
import { aPaired, codeOf, readAccount } from './link/pairing';
import { startPing } from './loops/ping';
import { aPolicy } from './policy/policy-form';
import { repeat } from '../kit/repeat';
import { openSealer } from './seal';
import { sendLoop, type SendLoop } from './loops/send-loop';
import { openState, type State } from './state';
import { timekeeper } from './loops/timekeeper';
import type { ColdStatus, IncomingSms, VDevice, VDeviceOptions, VStatus } from './types';

export * from './types';
export * from './link/pairing';

const DEFAULT_POLL_MS = 6000;
const BATCH_POLL_FACTOR = 5;

/**
 * Starts V from its state file. A send loop that ran when V went down runs again; a channel is opened at `rekeyAt` or
 * by `openChannel`. Throws `vdevice-options`, `account-file`, `pairing-mismatch`, `bad-policy`, `bad-time`, `sql-file`,
 * `seal-key`, `seal-broken`.
 */
export async function startVDevice(options: VDeviceOptions): Promise<VDevice> {
  const { runtime } = options;
  const rekeyMinute = aMinuteOfDay(options.rekeyAt ?? '03:00');
  const context = openContext(options);
  const { state } = context;
  let batches: BatchLoop;
  let cold: ColdStatus | null = null;
  const link: HsmLink = (options.protocol === 'v1' ? linkV1 : linkV2)(
    context,
    {
      onOpened() {
        batches.askAgain();
        batchTimer.poke();
      },
      onBatchAnswer(side, batchNo, matches) {
        batches.answered(side, batchNo, matches);
        batchTimer.poke();
      },
      onBatchLater(side, batchNo, seconds) {
        batches.later(side, batchNo, seconds);
        clockTimer.poke();
      },
      onBatchRefused: (side, batchNo) => batches.refused(side, batchNo),
      onStatus(status) {
        cold = status;
        context.tell(`HSM-Cold: device state ${status.deviceState}, account state ${status.accountState}`, 'sms');
      },
      onAlarm(words) {
        context.tell(words, 'sms');
        context.tellAdmins(words);
      },
    },
    options.v1WithoutCoin === true,
  );
  batches = batchLoop(context, link);
  const loop = sendLoop(context, link);
  const keeper = timekeeper(context, link, loop, rekeyMinute);

  const guarded = (what: string, work: () => Promise<void>) => () =>
    work().catch((error) => context.tell(`${what}: ${(error as { code?: string }).code ?? 'internal error'}`));
  const sendTimer = repeat(
    runtime,
    () => context.pollMs,
    guarded('send loop', async () => void (loop.isRunning() && (await loop.run()))),
  );
  const batchTimer = repeat(
    runtime,
    () => batches.pauseMs(options.batchPollMs ?? context.pollMs * BATCH_POLL_FACTOR),
    guarded('batches', async () => void (link.current() && (await batches.poll()))),
  );
  const clockTimer = repeat(
    runtime,
    () => keeper.pauseMs([link.nextDueMs(), batches.nextDueMs()]),
    guarded('clock', async () => {
      keeper.tick();
      link.tick();
      batches.tick();
    }),
  );

  const actions = {
    start() {
      if (!link.current()) return;
      loop.start();
      sendTimer.poke();
    },
    stop: () => loop.stop('admin'),
    ping(answer: (text: string) => void) {
      if (!link.current()) answer(NO_CHANNEL);
      else startPing(context, link, (fn) => void runtime.after(context.pollMs, guarded('ping', fn)), answer);
    },
  };
  context.modem.onSms((sms, done) => {
    takeSms(context, link, sms, actions);
    done();
  });

  let closing: Promise<void> | undefined;
  return {
    async openChannel() {
      link.open();
    },
    async startLoop() {
      if (!link.current()) return false;
      actions.start();
      return true;
    },
    async stopLoop() {
      loop.stop('operator');
    },
    status: async () => ({ ...statusOf(state, link, loop), cold }),
    async askStatus() {
      link.askStatus();
    },
    async dismiss(vtestId) {
      const row = state.withdrawal(vtestId);
      if (row?.state !== 'refused') throw fail('vtest-authorised', 'only a withdrawal that V refused can be dismissed');
      state.putWithdrawal({ ...row, state: 'failed', reported: 0, tries: 0 });
    },
    pairingCode: () => codeOf(context.account, context.crypto.pubkeyCreate(options.identityPriv)),
    close: () =>
      (closing ??= (async () => {
        await Promise.all([sendTimer.close(), batchTimer.close(), clockTimer.close()]);
        context.closeAll();
      })()),
  };
}

function takeSms(
  context: VContext,
  link: HsmLink,
  sms: IncomingSms,
  actions: Parameters<typeof takeAdminText>[1],
): void {
  context.state.count('sms-in');
  const isAdmin = isOneOf(sms.from, context.adminPhones);
  const isCold = isOneOf(sms.from, context.hsmPhones);
  const isTaken = isCold && (sms.data === undefined || sms.port === SMS_PORT) && link.take(sms);
  if (isTaken || (isAdmin && sms.text !== undefined && takeAdminText(context, actions, sms.from, sms.text))) return;
  context.state.count('sms-ignored');
}

function openContext(options: VDeviceOptions): VContext & { closeAll(): void } {
  const { runtime } = options;
  const need = (holds: boolean, what: string) => {
    if (!holds) throw fail('vdevice-options', what);
  };
  need(options.password !== '', 'an empty password would leave withdrawals unencrypted');
  need(options.identityPriv.length === 32, 'identityPriv: expected 32 bytes');
  need(
    options.hsmPhones.length > 0 && options.hsmPhones.every((number) => phoneKey(number) !== null),
    'hsmPhones: expected phone numbers',
  );
  need(
    options.adminPhones.length > 0 && options.adminPhones.every((number) => phoneKey(number) !== null),
    'adminPhones: expected phone numbers',
  );
  need(
    !options.adminPhones.some((number) => isOneOf(number, options.hsmPhones)),
    'a number is both HSM-Cold and admin',
  );
  const account = readAccount(options.account);
  const crypto = protocolCrypto((lenBytes) => runtime.random(lenBytes));
  aPaired(account, crypto.pubkeyCreate(options.identityPriv));
  const policy = aPolicy(options.policy ?? {});
  const [website, api] = [
    httpClient(options.websiteUrl, options.websiteToken),
    httpClient(options.apiUrl, options.apiToken),
  ];
  const state = openState(
    options.file,
    openSealer(options.file + '.key', (lenBytes) => runtime.random(lenBytes)),
  );
  const modem = openModem(options.modem, runtime, state, options.simPin, (text) => context.tell(text, 'sms'));
  const context = {
    runtime,
    crypto,
    state,
    modem,
    website,
    api,
    account,
    policy,
    identityPriv: options.identityPriv,
    password: options.password,
    time: localTime(options.utcOffsetMinutes),
    hsmPhones: options.hsmPhones,
    adminPhones: options.adminPhones,
    pollMs: options.pollMs ?? DEFAULT_POLL_MS,
    tell: (text: string, link?: 'sms' | 'http') =>
      options.onEvent?.({ at: runtime.nowMs(), who: 'v-device', link, text }),
    sendText(to: string, text: string) {
      state.count('sms-out');
      modem.sendText(to, text);
    },
    sendData(to: string, data: Uint8Array) {
      state.count('sms-out');
      modem.sendData(to, SMS_PORT, data);
    },
    tellAdmins(text: string) {
      for (const phone of options.adminPhones) context.sendText(phone, text.slice(0, 160));
    },
    closeAll() {
      modem.close();
      website.close();
      api.close();
      state.close();
    },
  };
  return context;
}

function statusOf(state: State, link: HsmLink, loop: SendLoop): Omit<VStatus, 'cold'> {
  const counts = Object.fromEntries(state.batchCounts().map((row) => [row.state, row.count]));
  const sent = state.sentTotals();
  return {
    channel: link.current(),
    opening: link.isOpening(),
    loop: {
      running: loop.isRunning(),
      state: loop.state(),
      vtestId: state.openWithdrawal()?.vtest_id ?? null,
      stoppedBecause: loop.stoppedBecause(),
    },
    batches: { verified: counts.verified ?? 0, failed: counts.failed ?? 0, waiting: counts.asking ?? 0 },
    sent: { count: sent.count, sats: sent.sats ?? 0 },
    sms: {
      in: state.getNumber('sms-in', 0),
      out: state.getNumber('sms-out', 0),
      ignored: state.getNumber('sms-ignored', 0),
    },
  };
}
