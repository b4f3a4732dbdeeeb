// The customer's V-Device: assembles its parts, owns its clock. Spec: docs/published-app.md,
// protocol/SPEC.md 6. SMS with HSM-Cold: link-v2.ts, link-v1.ts. Withdrawals: intake.ts, send-loop.ts. Batches:
// batch-loop.ts. Admins: admins/.

import { fail } from '../../protocol/errors';
import { SMS_PORT } from '../../protocol/wire';
import { repeat, type Repeater } from '../kit/repeat';
import { approveAtDoor, dismissWaiting, waitingOf } from './admins/approvals';
import { NO_CHANNEL, takeAdminText, type AdminActions } from './admins/texts';
import { isOneOf, type VContext } from './context';
import type { HsmLink, HsmLinkEvents } from './link/hsm-link';
import { linkV1 } from './link/link-v1';
import { linkV2 } from './link/link-v2';
import { codeOf } from './link/pairing';
import { batchLoop } from './loops/batch-loop';
import { aMinuteOfDay } from './loops/local-time';
import { startPing } from './loops/ping';
import { sendLoop, type SendLoop } from './loops/send-loop';
import { timekeeper } from './loops/timekeeper';
import { dayLimitOf } from './policy/policy';
import { nextNoticeMs, sendNotices } from './admins/notices';
import { openContext, type OpenContext } from './open-context';
import type { State } from './state';
import type { ColdStatus, IncomingSms, VDevice, VDeviceOptions, VStatus } from './types';

export * from './types';
export * from './link/pairing';
export * from './door';

const BATCH_POLL_FACTOR = 5;

/** V's parts around one context, and the timers that drive them. */
class RunningVDevice implements VDevice {
  private readonly state = this.context.state;
  private readonly link = this.openLink();
  private readonly batches = batchLoop(this.context, this.link);
  private readonly loop = sendLoop(this.context, this.link);
  private readonly keeper = timekeeper(this.context, this.link, this.loop, this.rekeyMinute);
  private readonly sendTimer = this.repeated(
    'send loop',
    () => this.context.pollMs,
    async () => {
      if (this.loop.isRunning()) await this.loop.run();
    },
  );
  private readonly batchTimer = this.repeated(
    'batches',
    () => this.batches.pauseMs(this.batchPollMs()),
    async () => {
      if (this.link.current()) await this.batches.poll();
    },
  );
  private readonly clockTimer = this.repeated(
    'clock',
    () => this.keeper.pauseMs([this.link.nextDueMs(), this.batches.nextDueMs(), nextNoticeMs(this.context)]),
    async () => {
      this.keeper.tick();
      this.link.tick();
      this.batches.tick();
      sendNotices(this.context);
    },
  );
  private cold: ColdStatus | null = null;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly options: VDeviceOptions,
    private readonly context: OpenContext,
    private readonly rekeyMinute: number,
  ) {
    const commands: AdminActions = {
      start: () => void this.start(),
      stop: () => this.loop.stop('admin'),
      ping: (reply) => this.ping(reply),
    };
    context.modem.onSms((sms, done) => {
      takeSms(context, this.link, sms, commands);
      done();
    });
  }

  private openLink(): HsmLink {
    const { context } = this;
    const events: HsmLinkEvents = {
      onOpened: () => {
        this.batches.askAgain();
        this.batchTimer.poke();
      },
      onBatchAnswer: (side, batchNo, matches) => {
        this.batches.answered(side, batchNo, matches);
        this.batchTimer.poke();
      },
      onBatchLater: (side, batchNo, seconds) => {
        this.batches.later(side, batchNo, seconds);
        this.clockTimer.poke();
      },
      onBatchRefused: (side, batchNo) => this.batches.refused(side, batchNo),
      onStatus: (status) => {
        this.cold = status;
        context.log
          .over('sms')
          .info(`HSM-Cold: device state ${status.deviceState}, account state ${status.accountState}`);
      },
      onAlarm: (words) => {
        context.log.over('sms').warn(words);
        context.tellAdmins(words);
      },
    };
    const open = this.options.protocol === 'v1' ? linkV1 : linkV2;
    return open(context, events, this.options.v1WithoutCoin === true);
  }

  private batchPollMs(): number {
    return this.options.batchPollMs ?? this.context.pollMs * BATCH_POLL_FACTOR;
  }

  /** Runs `work`; what it throws becomes an event with its code. */
  private guarded(what: string, work: () => Promise<void>): () => Promise<void> {
    return () =>
      work().catch((error) =>
        this.context.log.warn(`${what}: ${(error as { code?: string }).code ?? 'internal error'}`),
      );
  }

  private repeated(what: string, pauseMs: () => number, work: () => Promise<void>): Repeater {
    return repeat(this.context.runtime, pauseMs, this.guarded(what, work));
  }

  private start(): boolean {
    if (!this.link.current()) return false;
    this.context.clock.adopt();
    this.loop.start();
    this.sendTimer.poke();
    return true;
  }

  private ping(reply: (text: string) => void): void {
    const { context } = this;
    if (!this.link.current()) return reply(NO_CHANNEL);
    startPing(
      context,
      this.link,
      (work) => void context.runtime.after(context.pollMs, this.guarded('ping', work)),
      reply,
    );
  }

  async openChannel(): Promise<void> {
    this.link.open();
  }

  async startLoop(): Promise<boolean> {
    return this.start();
  }

  async stopLoop(): Promise<void> {
    this.loop.stop('operator');
  }

  async status(): Promise<VStatus> {
    const { context } = this;
    return {
      ...statusOf(this.state, this.link, this.loop),
      cold: this.cold,
      limits: limitsOf(context),
      approvals: waitingOf(context),
    };
  }

  async askStatus(): Promise<void> {
    this.link.askStatus();
  }

  async approve(idOrCode: string): Promise<string> {
    const id = approveAtDoor(this.context, idOrCode);
    this.sendTimer.poke();
    return id;
  }

  async dismiss(vtestId: string): Promise<void> {
    if (dismissWaiting(this.context, vtestId)) return;
    const row = this.state.withdrawal(vtestId);
    if (row?.state !== 'refused') throw fail('vtest-authorised', 'only a withdrawal that V refused can be dismissed');
    this.state.putWithdrawal({ ...row, state: 'failed', reported: 0, tries: 0 });
  }

  pairingCode(): string {
    return codeOf(this.context.account, this.context.crypto.pubkeyCreate(this.options.identityPriv));
  }

  close(): Promise<void> {
    return (this.closing ??= this.closeParts());
  }

  private async closeParts(): Promise<void> {
    await Promise.all([this.sendTimer.close(), this.batchTimer.close(), this.clockTimer.close()]);
    this.context.closeAll();
  }
}

/**
 * Starts V from its state file. A send loop that ran when V went down runs again; a channel is opened at `rekeyAt` or
 * by `openChannel`. Throws `vdevice-options`, `account-file`, `pairing-mismatch`, `bad-policy`, `bad-time`, `sql-file`,
 * `seal-key`, `seal-broken`.
 */
export async function startVDevice(options: VDeviceOptions): Promise<VDevice> {
  const rekeyMinute = aMinuteOfDay(options.rekeyAt ?? '03:00');
  return new RunningVDevice(options, openContext(options), rekeyMinute);
}

function takeSms(context: VContext, link: HsmLink, sms: IncomingSms, commands: AdminActions): void {
  context.state.count('sms-in');
  const isAdmin = isOneOf(sms.from, context.adminPhones);
  const isCold = isOneOf(sms.from, context.hsmPhones);
  const isTaken = isCold && (sms.data === undefined || sms.port === SMS_PORT) && link.take(sms);
  if (isTaken || (isAdmin && sms.text !== undefined && takeAdminText(context, commands, sms.from, sms.text))) return;
  context.state.count('sms-ignored');
}

/** The tightest of what holds. */
function limitsOf({ policies }: VContext): VStatus['limits'] {
  const all = policies.all();
  const least = (limits: (number | 'none')[]): number | 'none' => {
    const figures = limits.filter((limit) => limit !== 'none');
    return figures.length === 0 ? 'none' : Math.min(...figures);
  };
  return {
    daySats: least(all.map(dayLimitOf)),
    approveAboveSats: least(all.map(({ approveAboveSats }) => approveAboveSats ?? 'none')),
    loosening: policies.waiting(),
  };
}

function statusOf(state: State, link: HsmLink, loop: SendLoop): Omit<VStatus, 'cold' | 'limits' | 'approvals'> {
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
