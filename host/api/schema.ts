// The platform's tables. Sums are satoshi, times milliseconds since 1970, hashes and scripts hex (hashes as people
// write them). `side` is 1 hot sending, 2 cold receiving; `chain` 0 receiving, 1 change.

import type { Migration } from '../kit/sql/types';

export const MIGRATIONS: Migration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)`,
      `CREATE TABLE accounts (
        account BIGINT PRIMARY KEY, user_id BIGINT NOT NULL UNIQUE, user_name TEXT NOT NULL, script TEXT NOT NULL,
        identity TEXT NOT NULL, fingerprint TEXT NOT NULL, cold_xpub TEXT NOT NULL UNIQUE,
        hot_xpub TEXT NOT NULL UNIQUE,
        public_file TEXT NOT NULL, cold_token_hash TEXT NOT NULL UNIQUE, hot_token_hash TEXT NOT NULL UNIQUE,
        registered_at BIGINT NOT NULL, birth_height BIGINT NOT NULL, registered_height BIGINT NOT NULL,
        change_next BIGINT NOT NULL DEFAULT 0)`,
      `CREATE TABLE addresses (
        seq {serial}, account BIGINT NOT NULL, side BIGINT NOT NULL, chain BIGINT NOT NULL, idx BIGINT NOT NULL,
        address TEXT NOT NULL UNIQUE, script TEXT NOT NULL UNIQUE, UNIQUE (account, side, chain, idx))`,
      `CREATE TABLE attestations (
        account BIGINT NOT NULL, side BIGINT NOT NULL, batch_no BIGINT NOT NULL, digest TEXT NOT NULL,
        signature TEXT, refused TEXT, PRIMARY KEY (account, side, batch_no))`,
      `CREATE TABLE blocks (height BIGINT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, time BIGINT NOT NULL)`,
      `CREATE TABLE txs (
        seq {serial}, txid TEXT NOT NULL UNIQUE, raw TEXT NOT NULL, state TEXT NOT NULL, height BIGINT,
        block_hash TEXT,
        block_index BIGINT, block_time BIGINT, seen_at BIGINT NOT NULL, is_coinbase BIGINT NOT NULL,
        fee_sats BIGINT)`,
      `CREATE INDEX txs_block ON txs (block_hash)`,
      `CREATE INDEX txs_state ON txs (state)`,
      `CREATE TABLE tx_inputs (
        txid TEXT NOT NULL, sn BIGINT NOT NULL, prev_txid TEXT NOT NULL, prev_vout BIGINT NOT NULL, address TEXT,
        value BIGINT,
        account BIGINT, side BIGINT, PRIMARY KEY (txid, sn))`,
      `CREATE INDEX tx_inputs_prev ON tx_inputs (prev_txid, prev_vout)`,
      `CREATE INDEX tx_inputs_owner ON tx_inputs (account, side)`,
      `CREATE INDEX tx_inputs_address ON tx_inputs (address)`,
      `CREATE TABLE tx_outputs (
        txid TEXT NOT NULL, sn BIGINT NOT NULL, value BIGINT NOT NULL, address TEXT, script TEXT NOT NULL,
        account BIGINT, side BIGINT, chain BIGINT, idx BIGINT, PRIMARY KEY (txid, sn))`,
      `CREATE INDEX tx_outputs_owner ON tx_outputs (account, side, chain, idx)`,
      `CREATE INDEX tx_outputs_address ON tx_outputs (address)`,
      `CREATE TABLE requests (
        id {serial}, account BIGINT NOT NULL, kind TEXT NOT NULL, user_tx_no TEXT NOT NULL, coin_code TEXT NOT NULL,
        outs TEXT NOT NULL, is_dynamic_fee BIGINT NOT NULL, only_confirmed BIGINT NOT NULL, vc_code TEXT NOT NULL,
        c_id BIGINT NOT NULL, proto BIGINT NOT NULL, authority TEXT NOT NULL, requested_at BIGINT NOT NULL,
        state TEXT NOT NULL, reason TEXT, change_index BIGINT, fee_sats BIGINT, tx_hash TEXT, raw_tx TEXT,
        tx_at BIGINT,
        is_final BIGINT NOT NULL DEFAULT 0,
        UNIQUE (account, user_tx_no))`,
      `CREATE INDEX requests_state ON requests (state, is_final)`,
      `CREATE INDEX requests_tx ON requests (tx_hash)`,
      `CREATE TABLE request_inputs (
        request_id BIGINT NOT NULL, sn BIGINT NOT NULL, prev_txid TEXT NOT NULL, prev_vout BIGINT NOT NULL,
        value BIGINT NOT NULL, chain BIGINT NOT NULL, idx BIGINT NOT NULL, PRIMARY KEY (request_id, sn))`,
      `CREATE TABLE reservations (
        prev_txid TEXT NOT NULL, prev_vout BIGINT NOT NULL, request_id BIGINT NOT NULL, PRIMARY KEY (prev_txid,
        prev_vout))`,
      `CREATE TABLE jobs (
        id {serial}, kind TEXT NOT NULL, account BIGINT, request_id BIGINT UNIQUE, side BIGINT, batch_no BIGINT,
        state TEXT NOT NULL, not_before BIGINT NOT NULL, tries BIGINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL,
        answer TEXT, last_failure TEXT)`,
      `CREATE INDEX jobs_state ON jobs (state, not_before)`,
      `CREATE TABLE sweeps (
        id {serial}, account BIGINT NOT NULL, txid TEXT NOT NULL UNIQUE, raw_tx TEXT NOT NULL,
        submitted_at BIGINT NOT NULL)`,
    ],
  },
  {
    version: 2,
    statements: [
      // `notified`: the state that webhooks were last told of.
      `ALTER TABLE txs ADD COLUMN notified TEXT`,
      `UPDATE txs SET notified = state`,
      `CREATE INDEX txs_unnotified ON txs (seq) WHERE notified IS NULL OR notified <> state`,
      `ALTER TABLE requests ADD COLUMN notified TEXT`,
      `UPDATE requests SET notified = state WHERE state IN ('sent', 'failed')`,
      `CREATE INDEX requests_unnotified ON requests (id) WHERE notified IS NULL`,
      `CREATE TABLE webhook_endpoints (
        id {serial}, account BIGINT NOT NULL, url TEXT NOT NULL, events TEXT NOT NULL, secret TEXT NOT NULL,
        old_secret TEXT, old_secret_until BIGINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL,
        failures BIGINT NOT NULL DEFAULT 0, failing_since BIGINT, next_try_at BIGINT NOT NULL DEFAULT 0,
        last_failure TEXT)`,
      `CREATE INDEX webhook_endpoints_account ON webhook_endpoints (account)`,
      `CREATE TABLE webhook_messages (
        id {serial}, endpoint_id BIGINT NOT NULL, message_id TEXT NOT NULL, type TEXT NOT NULL, payload TEXT NOT NULL,
        created_at BIGINT NOT NULL, delivered_at BIGINT, is_asked_again BIGINT NOT NULL DEFAULT 0,
        tries BIGINT NOT NULL DEFAULT 0, last_failure TEXT)`,
      `CREATE INDEX webhook_messages_endpoint ON webhook_messages (endpoint_id, id)`,
      `CREATE INDEX webhook_messages_pending ON webhook_messages (endpoint_id, is_asked_again, id)
       WHERE delivered_at IS NULL`,
      `CREATE TABLE channels (
        account BIGINT NOT NULL, channel_id BIGINT NOT NULL, seen_at BIGINT NOT NULL,
        PRIMARY KEY (account, channel_id))`,
    ],
  },
  {
    version: 3,
    statements: [
      // Who works on a job, until when nobody else gets it; the accounts' turns.
      `ALTER TABLE jobs ADD COLUMN leased_by TEXT`,
      `ALTER TABLE jobs ADD COLUMN leased_until BIGINT NOT NULL DEFAULT 0`,
      `CREATE TABLE job_turns (account BIGINT PRIMARY KEY, turn BIGINT NOT NULL)`,
      // A request that cannot be planned or sent yet waits alone.
      `ALTER TABLE requests ADD COLUMN tries BIGINT NOT NULL DEFAULT 0`,
      `ALTER TABLE requests ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0`,
      `ALTER TABLE requests ADD COLUMN last_failure TEXT`,
      // Tokens left to a caller of any process, by the last process that took some.
      `CREATE TABLE rate_buckets (caller TEXT PRIMARY KEY, tokens DOUBLE PRECISION NOT NULL, at BIGINT NOT NULL)`,
    ],
  },
  {
    version: 4,
    statements: [
      // Blocks to be read again, and how far that is.
      `CREATE TABLE rescans (
        id {serial}, from_height BIGINT NOT NULL, next_height BIGINT NOT NULL, target BIGINT NOT NULL,
        begun_at BIGINT NOT NULL, is_asked BIGINT NOT NULL, ended_at BIGINT, failure TEXT)`,
      `CREATE INDEX rescans_open ON rescans (next_height) WHERE ended_at IS NULL`,
      // A release before this one began to read again from the lowest height by forgetting all blocks.
      `INSERT INTO rescans (from_height, next_height, target, begun_at, is_asked)
       SELECT MIN(birth_height), MIN(birth_height), MAX(registered_height), MAX(registered_at), 0 FROM accounts
       WHERE birth_height < registered_height AND NOT EXISTS (SELECT 1 FROM blocks) HAVING COUNT(*) > 0`,
      `DELETE FROM meta WHERE name = 'rescan'`,
      // Transactions too long to be spent by HSM-Cold are kept without their octets.
      `ALTER TABLE txs ADD COLUMN size_bytes BIGINT NOT NULL DEFAULT 0`,
      `UPDATE txs SET size_bytes = length(raw) / 2`,
      `UPDATE txs SET raw = '' WHERE size_bytes > 1000000`,
    ],
  },
  {
    version: 5,
    statements: [`ALTER TABLE requests ADD COLUMN max_fee_sats BIGINT NOT NULL DEFAULT 0`],
  },
];
