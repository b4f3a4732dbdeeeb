// The website's tables. Sums are satoshi, times milliseconds since 1970.

import type { Migration } from '../kit/sql/sql-file';

/** Version 1 takes over files that were made before versions were written down: their tables are there. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE IF NOT EXISTS withdrawals (
        vtest_id INTEGER PRIMARY KEY AUTOINCREMENT, idempotency_key TEXT NOT NULL UNIQUE, outs TEXT NOT NULL,
        dynamic INTEGER NOT NULL,
        vtest_info TEXT, status TEXT NOT NULL DEFAULT 'waiting', tx_hash TEXT, created_ms INTEGER NOT NULL,
        reported_ms INTEGER)`,
      `CREATE INDEX IF NOT EXISTS withdrawals_waiting ON withdrawals (vtest_id) WHERE status = 'waiting'`,
      `CREATE TABLE IF NOT EXISTS batches (
        side INTEGER NOT NULL, batch_no INTEGER NOT NULL, status INTEGER NOT NULL, attestation TEXT NOT NULL,
        address_list TEXT NOT NULL,
        pulled_ms INTEGER NOT NULL, PRIMARY KEY (side, batch_no))`,
      `CREATE TABLE IF NOT EXISTS addresses (
        address TEXT PRIMARY KEY, side INTEGER NOT NULL, batch_no INTEGER NOT NULL, idx INTEGER NOT NULL,
        ref TEXT UNIQUE, given_ms INTEGER)`,
      `CREATE INDEX IF NOT EXISTS addresses_free ON addresses (side, idx) WHERE given_ms IS NULL`,
      `CREATE TABLE IF NOT EXISTS deposits (
        address TEXT NOT NULL, tx_hash TEXT NOT NULL, sats INTEGER NOT NULL, confirmations INTEGER NOT NULL,
        seen_ms INTEGER NOT NULL,
        PRIMARY KEY (address, tx_hash))`,
    ],
  },
];
