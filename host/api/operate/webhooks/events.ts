// Turns what changed on the chain and among requests into messages for the endpoints that want them. Column `notified`
// of a transaction and of a request is the state of which the endpoints were notified. So nothing is lost or comes
// twice when the process stops at any moment, and code that writes a state knows nothing of webhooks.

import { SIDE_HOT } from '../../../../protocol/wire';
import type { Db } from '../../../kit/sql';
import type { EventType } from '../../calls/webhooks';
import type { Context } from '../../context';

/** Changes that one transaction of the database takes. */
const CHANGES_AT_ONCE = 100;
const MESSAGE_ID_BYTES = 18;

interface Event {
  type: EventType;
  account: number;
  data: object;
}

interface TxRow {
  txid: string;
  state: 'mempool' | 'confirmed' | 'gone';
  notified: string | null;
  height: number | null;
}

interface Deposit {
  account: number;
  side: number;
  outputs: { sn: number; address: string | null; value: number }[];
}

interface RequestRow {
  id: number;
  account: number;
  user_tx_no: string;
  outs: string;
  state: 'sent' | 'failed';
  reason: string | null;
  tx_hash: string | null;
  fee_sats: number | null;
}

/** Writes all messages that are due; returns whether there were any. */
export async function collectMessages(context: Context): Promise<boolean> {
  let any = false;
  for (;;) {
    const { changes, messages } = await context.db.transaction(async (tx) => {
      const events = [...(await chainEvents(tx)), ...(await paymentEvents(tx))];
      let written = 0;
      for (const event of events.flatMap((each) => each.events)) written += await writeMessages(tx, context, event);
      return { changes: events.length, messages: written };
    });
    any ||= messages > 0;
    if (changes < CHANGES_AT_ONCE) return any;
  }
}

interface Change {
  events: Event[];
}

async function chainEvents(tx: Db): Promise<Change[]> {
  const rows = await tx.all<TxRow>(
    `SELECT txid, state, notified, height FROM txs WHERE notified IS NULL OR notified <> state
     ORDER BY seq LIMIT ${CHANGES_AT_ONCE}`,
  );
  const changes: Change[] = [];
  for (const row of rows) {
    const deposits = await depositsOf(tx, row.txid);
    const types = typesOf(row);
    changes.push({
      events: types.flatMap((type) =>
        deposits.map(({ account, side, outputs }) => ({
          type,
          account,
          data: {
            account,
            side: side === SIDE_HOT ? 'hot_sending' : 'cold_receiving',
            tx_hash: row.txid,
            height: row.height,
            value: outputs.reduce((sum, output) => sum + output.value, 0),
            outputs,
          },
        })),
      ),
    });
    await tx.run('UPDATE txs SET notified = ? WHERE txid = ?', [row.state, row.txid]);
  }
  return changes;
}

function typesOf({ state, notified }: TxRow): EventType[] {
  if (state === 'gone') return notified === null ? [] : ['deposit.gone'];
  if (state === 'mempool') return ['deposit.seen'];
  return notified === null ? ['deposit.seen', 'deposit.confirmed'] : ['deposit.confirmed'];
}

/** What a transaction brings to the sides that spend nothing in it: what they spend comes back as change. */
async function depositsOf(tx: Db, txid: string): Promise<Deposit[]> {
  const outputs = await tx.all<{ account: number; side: number; sn: number; address: string | null; value: number }>(
    `SELECT o.account, o.side, o.sn, o.address, o.value FROM tx_outputs o
     WHERE o.txid = ? AND o.account IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM tx_inputs i WHERE i.txid = o.txid AND i.account = o.account AND i.side = o.side)
     ORDER BY o.sn`,
    [txid],
  );
  const deposits = new Map<string, Deposit>();
  for (const { account, side, ...output } of outputs) {
    const deposit = deposits.get(`${account} ${side}`) ?? { account, side, outputs: [] };
    deposits.set(`${account} ${side}`, deposit);
    deposit.outputs.push(output);
  }
  return [...deposits.values()];
}

async function paymentEvents(tx: Db): Promise<Change[]> {
  const rows = await tx.all<RequestRow & { kind: string }>(
    `SELECT id, kind, account, user_tx_no, outs, state, reason, tx_hash, fee_sats FROM requests
     WHERE notified IS NULL AND state IN ('sent', 'failed') ORDER BY id LIMIT ${CHANGES_AT_ONCE}`,
  );
  for (const row of rows) await tx.run('UPDATE requests SET notified = ? WHERE id = ?', [row.state, row.id]);
  return rows.map((row) => ({ events: row.kind === 'sign' ? [paymentEvent(row)] : [] }));
}

function paymentEvent(row: RequestRow): Event {
  const { account, user_tx_no, outs, reason, tx_hash, fee_sats } = row;
  const common = { account, user_tx_no, outs };
  return row.state === 'sent'
    ? { type: 'payment.sent', account, data: { ...common, tx_hash, fee: fee_sats } }
    : { type: 'payment.failed', account, data: { ...common, reason } };
}

/** One message for each endpoint of the account that wants the event. Returns how many. */
async function writeMessages(tx: Db, context: Context, { type, account, data }: Event): Promise<number> {
  const endpoints = await tx.all<{ id: number; events: string }>(
    'SELECT id, events FROM webhook_endpoints WHERE account = ? ORDER BY id',
    [account],
  );
  const nowMs = context.runtime.nowMs();
  let written = 0;
  for (const endpoint of endpoints) {
    if (!(JSON.parse(endpoint.events) as EventType[]).includes(type)) continue;
    const messageId = 'msg_' + Buffer.from(context.runtime.random(MESSAGE_ID_BYTES)).toString('base64url');
    const payload = JSON.stringify({ type, timestamp: new Date(nowMs).toISOString(), data });
    await tx.run(
      'INSERT INTO webhook_messages (endpoint_id, message_id, type, payload, created_at) VALUES (?, ?, ?, ?, ?)',
      [endpoint.id, messageId, type, payload, nowMs],
    );
    written++;
  }
  return written;
}
