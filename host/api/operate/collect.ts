// Takes the values of the metrics that are read at each scrape. Those that grow with each call are in the counters.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SIDE_HOT } from '../../../protocol/wire';
import { ROOT } from '../../kit/package';
import type { DevicesReply } from '../calls/admin';
import type { Context } from '../context';
import { lastDevices, refreshDevices } from './devices';
import { createSamples, type Counters, type Samples } from './samples';

type ColdFields = NonNullable<NonNullable<DevicesReply['cold']>['fields']>;

const DEVICE_STATES = ['factory', 'locked', 'unlocked', 'wiped'] as const;
const REQUEST_STATES = ['queued', 'planned', 'signed', 'sent'] as const;
const JOB_KINDS = ['sign', 'ping', 'attest', 'status'] as const;
const FRAME_RESULTS = ['relayed', 'malformed', 'limited', 'unreachable'] as const;

const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

export interface Metrics {
  counters: Counters;
  /** The text of one scrape. */
  scrape(): Promise<string>;
  stop(): void;
}

export function createMetrics(context: Context, counters: Counters): Metrics {
  const startMs = context.runtime.nowMs();
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  return {
    counters,
    async scrape() {
      await refreshDevices(context);
      const samples = createSamples();
      samples.set('chaincloud_build_info', { version: VERSION, network: context.network }, 1);
      samples.set('chaincloud_start_timestamp_seconds', {}, startMs / 1000);
      for (const collect of [tip, requests, jobs, duties, devices, balances, webhooks]) await collect(context, samples);
      samples.set('chaincloud_event_loop_delay_seconds', {}, Math.max(0, delay.max / 1e9));
      delay.reset();
      const { user, system } = process.cpuUsage();
      samples.set('chaincloud_process_cpu_seconds_total', {}, (user + system) / 1e6);
      samples.set('chaincloud_process_resident_memory_bytes', {}, process.memoryUsage.rss());
      return samples.text() + counters.text();
    },
    stop: () => delay.disable(),
  };
}

async function tip({ db }: Context, samples: Samples): Promise<void> {
  const row = await db.get<{ height: number; time: number }>(
    'SELECT height, time FROM blocks ORDER BY height DESC LIMIT 1',
  );
  if (!row) return;
  samples.set('chaincloud_tip_height', {}, row.height);
  samples.set('chaincloud_tip_timestamp_seconds', {}, row.time);
}

interface Group {
  name: string;
  count: number;
  oldest: number;
}

async function requests({ db }: Context, samples: Samples): Promise<void> {
  const groups = await db.all<Group>(
    `SELECT state AS name, COUNT(*) AS count, MIN(requested_at) AS oldest FROM requests
     WHERE is_final = 0 AND state IN ('queued', 'planned', 'signed', 'sent') GROUP BY state`,
  );
  for (const state of REQUEST_STATES) {
    const found = groups.find(({ name }) => name === state);
    samples.set('chaincloud_requests', { state }, Number(found?.count ?? 0));
    if (found && state !== 'sent')
      samples.set('chaincloud_requests_oldest_timestamp_seconds', { state }, Number(found.oldest) / 1000);
  }
}

async function jobs({ db }: Context, samples: Samples): Promise<void> {
  const groups = await db.all<Group & { postponed: number }>(
    `SELECT kind AS name, COUNT(*) AS count, MIN(created_at) AS oldest,
       SUM(CASE WHEN tries > 0 THEN 1 ELSE 0 END) AS postponed
     FROM jobs WHERE state <> 'done' GROUP BY kind`,
  );
  for (const kind of JOB_KINDS) {
    const found = groups.find(({ name }) => name === kind);
    samples.set('chaincloud_jobs', { kind }, Number(found?.count ?? 0));
    samples.set('chaincloud_jobs_postponed', { kind }, Number(found?.postponed ?? 0));
    if (found) samples.set('chaincloud_jobs_oldest_timestamp_seconds', { kind }, Number(found.oldest) / 1000);
  }
}

async function duties(context: Context, samples: Samples): Promise<void> {
  for (const { name: duty, ...state } of context.dutyStates()) {
    samples.set('chaincloud_duty_failures_total', { duty }, state.failuresTotal);
    samples.set('chaincloud_duty_failing', { duty }, state.failingSinceMs === null ? 0 : 1);
    const lastMs = state.lastSuccessAtMs ?? state.startedAtMs;
    samples.set('chaincloud_duty_last_success_timestamp_seconds', { duty }, lastMs / 1000);
    if (state.failingSinceMs !== null)
      samples.set('chaincloud_duty_failing_since_timestamp_seconds', { duty }, state.failingSinceMs / 1000);
  }
}

function secondsOf(moment: string): number {
  return Date.parse(moment + 'Z') / 1000;
}

async function devices(context: Context, samples: Samples): Promise<void> {
  const { hot, cold } = await lastDevices(context);
  for (const [board, device] of Object.entries({ hot, cold })) {
    if (device?.answered_at)
      samples.set('chaincloud_hsm_answer_timestamp_seconds', { board }, secondsOf(device.answered_at));
  }
  if (hot?.fields) {
    samples.set('chaincloud_hsm_hot_link_up', {}, hot.fields.is_up ? 1 : 0);
    samples.set('chaincloud_hsm_hot_starts_total', {}, hot.fields.starts);
    for (const result of FRAME_RESULTS) samples.set('chaincloud_hsm_hot_frames_total', { result }, hot.fields[result]);
  }
  if (!cold?.fields) return;
  for (const state of DEVICE_STATES)
    samples.set('chaincloud_hsm_state', { state }, cold.fields.state === state ? 1 : 0);
  samples.set('chaincloud_hsm_clock_timestamp_seconds', {}, secondsOf(cold.fields.clock));
  coldCounts(cold.fields, samples);
  for (const { account, is_open, channel_id } of cold.fields.accounts) {
    const labels = { account: String(account) };
    samples.set('chaincloud_hsm_account_open', labels, is_open ? 1 : 0);
    if (channel_id === null) continue;
    samples.set('chaincloud_channel_seen_timestamp_seconds', labels, await seenAtS(context, account, channel_id));
  }
}

/** Counts that an earlier image does not give are left out. */
function coldCounts(fields: ColdFields, samples: Samples): void {
  const set = (value: number | null, put: (known: number) => void): void => void (value !== null && put(value));
  set(fields.payments, (n) => samples.set('chaincloud_hsm_payments', {}, n));
  set(fields.room, (n) => samples.set('chaincloud_hsm_payments_room', {}, n));
  set(fields.signed, (n) => samples.set('chaincloud_hsm_requests_total', { result: 'signed' }, n));
  set(fields.refused, (n) => samples.set('chaincloud_hsm_requests_total', { result: 'refused' }, n));
  set(fields.ignored_sms, (n) => samples.set('chaincloud_hsm_sms_ignored_total', {}, n));
  set(fields.queued_sms, (n) => samples.set('chaincloud_hsm_sms_queued', {}, n));
}

/** When a channel was first seen: now, for one that is new. */
async function seenAtS({ db, runtime }: Context, account: number, channelId: number): Promise<number> {
  const find = (): Promise<{ seen_at: number } | undefined> =>
    db.get('SELECT seen_at FROM channels WHERE account = ? AND channel_id = ?', [account, channelId]);
  const known = await find();
  if (known) return known.seen_at / 1000;
  await db.run(
    'INSERT INTO channels (account, channel_id, seen_at) VALUES (?, ?, ?) ON CONFLICT (account, channel_id) DO NOTHING',
    [account, channelId, runtime.nowMs()],
  );
  return (await find())!.seen_at / 1000;
}

async function balances({ db }: Context, samples: Samples): Promise<void> {
  const rows = await db.all<{ account: number; side: number; balance: number; confirmed: number }>(
    `SELECT o.account, o.side, SUM(o.value) AS balance,
       SUM(CASE WHEN t.state = 'confirmed' THEN o.value ELSE 0 END) AS confirmed
     FROM tx_outputs o JOIN txs t ON t.txid = o.txid
     WHERE o.account IS NOT NULL AND t.state <> 'gone' AND NOT EXISTS (
       SELECT 1 FROM tx_inputs i JOIN txs s ON s.txid = i.txid
       WHERE i.prev_txid = o.txid AND i.prev_vout = o.sn AND s.state <> 'gone')
     GROUP BY o.account, o.side`,
  );
  for (const row of rows) {
    const labels = { account: String(row.account), side: row.side === SIDE_HOT ? 'hot_sending' : 'cold_receiving' };
    samples.set('chaincloud_account_balance_satoshis', labels, Number(row.balance));
    samples.set('chaincloud_account_confirmed_satoshis', labels, Number(row.confirmed));
  }
}

async function webhooks({ db }: Context, samples: Samples): Promise<void> {
  const rows = await db.all<{ id: number; pending: number; oldest: number | null }>(
    `SELECT e.id, COUNT(m.id) AS pending, MIN(m.created_at) AS oldest FROM webhook_endpoints e
     LEFT JOIN webhook_messages m ON m.endpoint_id = e.id AND m.delivered_at IS NULL GROUP BY e.id`,
  );
  for (const { id, pending, oldest } of rows) {
    const labels = { endpoint: String(id) };
    samples.set('chaincloud_webhook_pending', labels, Number(pending));
    if (oldest !== null)
      samples.set('chaincloud_webhook_pending_oldest_timestamp_seconds', labels, Number(oldest) / 1000);
  }
}
