// Which scripts and outpoints are the accounts' own: kept in memory, read anew from the database when others added
// some.

import { setImmediate as turn } from 'node:timers/promises';
import type { Db } from '../kit/sql';

/** Where an address stands: account, side (1 hot, 2 cold), chain (0 receiving, 1 change), index. */
export interface Owner {
  account: number;
  side: number;
  chain: number;
  idx: number;
}

export interface Watch {
  /** Takes in what the database has learnt since the last call. */
  refresh(db: Db): Promise<void>;
  /** Takes in the outputs of one transaction, also of one that was known before as nobody's. */
  learnTx(db: Db, txid: string): Promise<void>;
  ownerOfScript(script: string): Owner | undefined;
  ownerOfOutpoint(txid: string, vout: number): (Owner & { sats: number; address: string | null }) | undefined;
}

type OutputRow = Owner & { seq: number; txid: string; sn: number; value: number; address: string | null };

/** Another process may commit a lower number later than a higher one: so many are read again. */
const SEQ_OVERLAP = 500;
/** Rows that are read before HTTP has its turn. */
const ROWS_A_SLICE = 10_000;
const TXS_A_LOAD = 1000;

export function createWatch(): Watch {
  const scripts = new Map<string, Owner>();
  const outpoints = new Map<string, Owner & { sats: number; address: string | null }>();
  let addressSeq = 0;
  let txSeq = 0;

  function keep(rows: OutputRow[]): void {
    for (const { txid, sn, value, address, account, side, chain, idx } of rows)
      outpoints.set(`${txid}:${sn}`, { account, side, chain, idx, sats: value, address });
  }

  return {
    async refresh(db) {
      const overlap = db.dialect === 'postgres' ? SEQ_OVERLAP : 0;
      for (let from = addressSeq - overlap; ; await turn()) {
        const rows = await db.all<Owner & { seq: number; script: string }>(
          'SELECT seq, script, account, side, chain, idx FROM addresses WHERE seq > ? ORDER BY seq LIMIT ?',
          [from, ROWS_A_SLICE],
        );
        for (const { script, account, side, chain, idx } of rows) scripts.set(script, { account, side, chain, idx });
        if (rows.length > 0) from = addressSeq = rows[rows.length - 1].seq;
        if (rows.length < ROWS_A_SLICE) break;
      }
      for (let from = txSeq - overlap; ; await turn()) {
        const txs = await db.all<{ seq: number }>('SELECT seq FROM txs WHERE seq > ? ORDER BY seq LIMIT ?', [
          from,
          TXS_A_LOAD,
        ]);
        if (txs.length === 0) break;
        const last = txs[txs.length - 1].seq;
        keep(
          await db.all<OutputRow>(
            `SELECT t.seq, o.txid, o.sn, o.value, o.address, o.account, o.side, o.chain, o.idx
             FROM tx_outputs o JOIN txs t ON t.txid = o.txid
             WHERE o.account IS NOT NULL AND t.seq > ? AND t.seq <= ?`,
            [from, last],
          ),
        );
        from = txSeq = last;
        if (txs.length < TXS_A_LOAD) break;
      }
    },
    async learnTx(db, txid) {
      keep(
        await db.all<OutputRow>(
          'SELECT 0 AS seq, txid, sn, value, address, account, side, chain, idx FROM tx_outputs WHERE txid ' +
            '= ? AND account IS NOT NULL',
          [txid],
        ),
      );
    },
    ownerOfScript: (script) => scripts.get(script),
    ownerOfOutpoint: (txid, vout) => outpoints.get(`${txid}:${vout}`),
  };
}
