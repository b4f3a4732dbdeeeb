// V's tables. Sums are satoshi, times milliseconds since 1970.

import type { Migration } from '../kit/sql/sql-file';

/** Version 1 takes over files that were made before versions were written down: their tables are there. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)`,
      `CREATE TABLE IF NOT EXISTS withdrawals (
        vtest_id TEXT PRIMARY KEY, info_hash TEXT NOT NULL UNIQUE, outs TEXT NOT NULL, dynamic INTEGER NOT NULL,
        confirmed INTEGER NOT NULL,
        sats INTEGER NOT NULL, state TEXT NOT NULL, channel_id INTEGER, vc_code TEXT, authorised_ms INTEGER,
        tries INTEGER NOT NULL DEFAULT 0,
        tx_hash TEXT, reported INTEGER NOT NULL DEFAULT 0)`,
      `CREATE INDEX IF NOT EXISTS withdrawals_open ON withdrawals (reported) WHERE reported = 0`,
      `CREATE TABLE IF NOT EXISTS fees (vtest_id TEXT PRIMARY KEY, sats INTEGER NOT NULL)`,
      `CREATE TABLE IF NOT EXISTS batches (
        side INTEGER NOT NULL, batch_no INTEGER NOT NULL, digest TEXT NOT NULL, content TEXT NOT NULL,
        state TEXT NOT NULL, asked_ms INTEGER NOT NULL,
        next_ask_ms INTEGER NOT NULL, tries INTEGER NOT NULL, reported INTEGER NOT NULL, PRIMARY KEY (side,
        batch_no, digest))`,
      `CREATE TABLE IF NOT EXISTS sms_queue (id INTEGER PRIMARY KEY, bytes TEXT NOT NULL)`,
    ],
  },
  {
    version: 2,
    statements: [
      `CREATE TABLE approvals (
        vtest_id TEXT PRIMARY KEY, info_hash TEXT NOT NULL, sats INTEGER NOT NULL, outputs INTEGER NOT NULL,
        first_address TEXT NOT NULL, code TEXT, asked_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL,
        word TEXT NOT NULL)`,
      `CREATE TABLE destinations (script TEXT PRIMARY KEY, since_ms INTEGER NOT NULL)`,
      `ALTER TABLE withdrawals ADD COLUMN max_fee_sats INTEGER`,
    ],
  },
];
