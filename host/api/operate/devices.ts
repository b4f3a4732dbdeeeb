// The boards' last answers to a question for their status, with named fields.

import {
  ACCOUNT_OPEN,
  DEVICE_FACTORY,
  DEVICE_LOCKED,
  DEVICE_UNLOCKED,
  DEVICE_WIPED,
  SIDE_COLD,
  SIDE_HOT,
} from '../../../protocol/wire';
import type { DevicesReply } from '../calls/admin';
import { timeText, type Context } from '../context';

/** Answers older than this are asked for anew by who wants fresh ones. */
const FRESH_MS = 60_000;
/** Answers that stay in the database. */
const KEPT_ANSWERS = 200;

const STATE_NAMES: { [state: number]: NonNullable<ColdStatus>['state'] } = {
  [DEVICE_FACTORY]: 'factory',
  [DEVICE_LOCKED]: 'locked',
  [DEVICE_UNLOCKED]: 'unlocked',
  [DEVICE_WIPED]: 'wiped',
};

type HotStatus = NonNullable<DevicesReply['hot']>['fields'];
type ColdStatus = NonNullable<DevicesReply['cold']>['fields'];

interface StatusRow {
  side: number;
  state: string;
  answer: string | null;
  last_failure: string | null;
  created_at: number;
}

/** Fields of HSM-Hot's answer, null for one that has another form. Spec: SPEC.md, message status. */
export function hotStatusOf(fields: unknown): HotStatus {
  if (!Array.isArray(fields) || fields.length < 9 || fields.some((each) => !Number.isSafeInteger(each))) return null;
  const [isPaired, isUp, relaying, uptimeS, starts, relayed, malformed, limited, unreachable] = fields as number[];
  return {
    is_paired: isPaired === 1,
    is_up: isUp === 1,
    relaying,
    uptime_s: uptimeS,
    starts,
    relayed,
    malformed,
    limited,
    unreachable,
  };
}

/** Fields of HSM-Cold's answer, null for one that has another form. Spec: SPEC.md, message cold-status. */
export function coldStatusOf(fields: unknown): ColdStatus {
  if (!Array.isArray(fields) || fields.length < 6) return null;
  const [state, unixS, board, commit, linkVersion, accounts, ...counts] = fields as unknown[];
  const [payments, room, signed, refused, ignoredSms, queuedSms] = counts.map((count) =>
    Number.isSafeInteger(count) ? (count as number) : null,
  );
  const name = STATE_NAMES[state as number];
  if (name === undefined || !Number.isSafeInteger(unixS) || !Array.isArray(accounts)) return null;
  return {
    state: name,
    clock: timeText((unixS as number) * 1000),
    board: String(board),
    commit: String(commit),
    link_version: Number(linkVersion),
    accounts: accounts.map((row) => {
      const [account, accountState, channelId] = row as number[];
      return { account, is_open: accountState === ACCOUNT_OPEN, channel_id: channelId === 0 ? null : channelId };
    }),
    payments: payments ?? null,
    room: room ?? null,
    signed: signed ?? null,
    refused: refused ?? null,
    ignored_sms: ignoredSms ?? null,
    queued_sms: queuedSms ?? null,
  };
}

function answersOf({ db }: Context, side: number): Promise<StatusRow[]> {
  return db.all<StatusRow>(
    `SELECT side, state, answer, last_failure, created_at FROM jobs WHERE kind = 'status' AND side = ?
     ORDER BY id DESC LIMIT 2`,
    [side],
  );
}

/** The last answer; `state` and `failure` are of the last question. */
async function lastOf(context: Context, side: number) {
  const rows = await answersOf(context, side);
  if (rows.length === 0) return null;
  const answered = rows.find((row) => row.answer !== null);
  const status: unknown = answered ? JSON.parse(answered.answer!) : null;
  return {
    asked_at: timeText(rows[0].created_at),
    answered_at: answered ? timeText(answered.created_at) : null,
    state: rows[0].state,
    status,
    failure: rows[0].last_failure,
  };
}

export async function lastDevices(context: Context): Promise<DevicesReply> {
  const hot = await lastOf(context, SIDE_HOT);
  const cold = await lastOf(context, SIDE_COLD);
  return {
    hot: hot && { ...hot, fields: hotStatusOf(hot.status) },
    cold: cold && { ...cold, fields: coldStatusOf(cold.status) },
  };
}

/** Asks the boards, each one unless a question to it is open. */
export async function askDevices(context: Context): Promise<void> {
  const { db, runtime } = context;
  const nowMs = runtime.nowMs();
  await db.transaction(async (tx) => {
    for (const side of [SIDE_HOT, SIDE_COLD]) {
      const open = await tx.get("SELECT 1 AS one FROM jobs WHERE kind = 'status' AND side = ? AND state = 'open'", [
        side,
      ]);
      if (open) continue;
      await tx.run("INSERT INTO jobs (kind, side, state, not_before, created_at) VALUES ('status', ?, 'open', ?, ?)", [
        side,
        nowMs,
        nowMs,
      ]);
    }
    await tx.run(
      `DELETE FROM jobs WHERE kind = 'status' AND state = 'done' AND id NOT IN (
         SELECT id FROM jobs WHERE kind = 'status' ORDER BY id DESC LIMIT ?)`,
      [KEPT_ANSWERS],
    );
  });
  context.jobAdded();
}

/** Asks the boards when their last answers are old: a scrape of the metrics keeps them fresh. */
export async function refreshDevices(context: Context): Promise<void> {
  const last = await context.db.get<{ at: number | null }>(
    "SELECT MAX(created_at) AS at FROM jobs WHERE kind = 'status'",
  );
  if (context.runtime.nowMs() - (last?.at ?? 0) >= FRESH_MS) await askDevices(context);
}
