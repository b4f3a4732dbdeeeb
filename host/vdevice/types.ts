// What the V-Device takes and gives: options, state and events. The modem is an interface here, so that V is tested
// without one. Secrets come in as options and are kept only sealed (see seal.ts).

import type { BytePort } from '../kit/byte-port';
import type { AccountFile } from '../api/types';
import type { PolicyLimits, PolicyWindow } from '../../protocol/request/policy';
import type { LogListener } from '../kit/log';
import type { Runtime } from '../kit/runtime';

/** One SMS as V sees it: text, or 8-bit data with its 16-bit destination port. The number proves nothing. */
export interface IncomingSms {
  from: string;
  text?: string;
  data?: Uint8Array;
  port?: number;
}

/** The modem as V uses it. `send…` queue and return at once: delivery is never waited for. */
export interface VModem {
  sendText(to: string, text: string): void;
  sendData(to: string, port: number, data: Uint8Array): void;
  /**
   * One listener. It calls `done` when the effect is on disk; until then the modem keeps the message and gives it
   * again.
   */
  onSms(listener: (sms: IncomingSms, done: () => void) => void): void;
}

/** A window of V's; fees hold a withdrawal back once they reach windowMaxFeeSats, and one beyond it stops the loop. */
export type VWindow = Partial<PolicyWindow>;

/**
 * V's own limits, checked before HSM-Cold's and set tighter: those of PolicyLimits, absent or 0 = no such limit, and
 * V's own. A smallest output of 0 stands for 10,000 satoshi, the API's own. Fees are known once the API built the
 * transaction: a fee beyond a limit stops the loop and alarms the admin. Spec: SPEC.md 11.
 */
export interface VPolicy extends Partial<PolicyLimits> {
  /** Only destinations of `allowList`; a list alone says the same. */
  isAllowListOnly?: boolean;
  allowList?: string[];

  // What HSM-Cold has not.
  /** Further windows, e.g. an hour beside the day. */
  windows?: VWindow[];
  /** Largest single output. */
  maxOutSats?: number;
  /** As fromMinute and toMinute in V's local time, e.g. 08:00..20:00. */
  hours?: { from: string; to: string };
  /** False: a withdrawal that asks for the dynamic fee is refused. */
  dynamicFee?: boolean;
  /**
   * True: what V refuses stops the loop until `dismiss`, as in the published app. Default: it fails alone, is reported
   * to the website and told to the admins, at most one SMS an hour, and the next withdrawal goes on.
   */
  stopAtRefusal?: boolean;
  /**
   * What a day may pay without a person's word. A withdrawal that would make it more waits for an approval; approved
   * ones do not count.
   */
  approveAboveSats?: number;
  /**
   * True: a withdrawal to a script that no approved payment paid a day ago or earlier waits for an approval, whatever
   * its amount.
   */
  approveNewDestinations?: boolean;
  /** Warns the admin when the balance after a withdrawal is under this. */
  minBalanceSats?: number;
}

/**
 * A policy as V's settings have it: `windowMaxSats` or `windows` limit what a day may pay, in figures, or
 * `windowMaxSats` is `none`.
 */
export type VPolicyFile = Omit<VPolicy, 'windowMaxSats'> & { windowMaxSats?: number | 'none' };

/** The account public file that the operator tool writes after `account add`. */
export type AccountPublic = AccountFile;

export interface VDeviceOptions {
  runtime: Runtime;
  /** State file (SQL, created when absent); its secrets are sealed with the key in `<file>.key` (mode 600). */
  file: string;
  websiteUrl: string;
  websiteToken: string;
  /** Shared with the website (docs/published-app.md 7). Empty is refused. */
  password: string;
  apiUrl: string;
  /** The account's hot-sending token. */
  apiToken: string;
  /** V's own identity key, 32 bytes. */
  identityPriv: Uint8Array;
  /** The account public file: its path or its content. */
  account: string | AccountPublic;
  /**
   * A modem, or the serial line of one: then V runs the driver on it, with a send queue that survives a restart. The
   * line stays the caller's to close.
   */
  modem: VModem | BytePort;
  /** PIN of the SIM, when `modem` is a serial line. */
  simPin?: string;
  hsmPhones: string[];
  adminPhones: string[];
  policy: VPolicyFile;
  /** Local time of the daily key exchange, default 03:00. */
  rekeyAt?: string;
  /** Minutes east of UTC of V's local time; default: the machine's zone. */
  utcOffsetMinutes?: number;
  /** Between polls, default 6000. */
  pollMs?: number;
  /** Between polls of the website's /batch, default = pollMs. */
  batchPollMs?: number;
  protocol?: 'v2' | 'v1';
  /** v1 dialect of before 2016-09-26 (no coin code in SMS). */
  v1WithoutCoin?: boolean;
  onEvent?: LogListener;
}

export type LoopState = 'stopped' | 'idle' | 'authorised' | 'posted' | 'final' | 'waiting';

/** HSM-Cold's own word, authenticated by the channel. States and counts as in protocol/wire/index.ts. */
export interface ColdStatus {
  answeredMs: number;
  deviceState: number;
  accountState: number;
  unixSeconds: number;
  /** Batches it has derived. */
  batchesHot: number;
  batchesCold: number;
  /** Radio technology by which its SMS leave: RADIO_ of protocol/wire. */
  radio: number;
}

export interface VStatus {
  channel: { id: number; openedAtMs: number } | null;
  opening: boolean;
  /** HSM-Cold's last answer to `askStatus`. */
  cold: ColdStatus | null;
  loop: { running: boolean; state: LoopState; vtestId: string | null; stoppedBecause: string | null };
  batches: { verified: number; failed: number; waiting: number };
  /** Authorised in all, by V, and the last `days` sums for the velocity limits are on disk. */
  sent: { count: number; sats: number };
  sms: { in: number; out: number; ignored: number };
  limits: VLimits;
  approvals: VWaiting[];
}

/** V's limits as people must always see them. */
export interface VLimits {
  /** The most that a day may pay. */
  daySats: number | 'none';
  /** What a day may pay without approval. */
  approveAboveSats: number | 'none';
  /** Fields of the policy that are looser in the settings, and hold once V has run for so long. */
  loosening: { looser: string[]; leftMs: number }[];
}

/** A withdrawal that waits for an approval. */
export interface VWaiting {
  vtestId: string;
  sats: number;
  outputs: number;
  firstAddress: string;
}

export interface VDevice {
  /** Starts a key exchange now. Resolves once the first SMS is queued, never waits for the answer. */
  openChannel(): Promise<void>;
  /** Starts the send loop. Answers false (and does nothing) without a channel. */
  startLoop(): Promise<boolean>;
  stopLoop(): Promise<void>;
  status(): Promise<VStatus>;
  /** Asks HSM-Cold by SMS how it is; see VStatus.cold. Throws `no-channel`, `not-in-v1`. */
  askStatus(): Promise<void>;
  /** Approves the withdrawal that waits, by its id or its code. Returns its id. Throws `not-waiting`. */
  approve(idOrCode: string): Promise<string>;
  /**
   * Has a withdrawal that stopped the loop, or waits for an approval, and was never authorised reported to the website
   * as failed, by the send loop. Throws `vtest-authorised`.
   */
  dismiss(vtestId: string): Promise<void>;
  /** Text of the short code to compare with HSM-Cold's console. */
  pairingCode(): string;
  close(): Promise<void>;
}
