// Files that programs made before they wrote a version down open, keep what they hold and go on from there: V's, the
// website's. The old tables are here as they were, not taken from the sources. Spec: host/kit/sql/migrations.ts.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openSqlFile, type Migration } from '../../../../host/kit/sql/sql-file';
import { openSealer } from '../../../../host/vdevice/seal';
import { MIGRATIONS as V_MIGRATIONS } from '../../../../host/vdevice/schema';
import { openState } from '../../../../host/vdevice/state';
import { MIGRATIONS as WEBSITE_MIGRATIONS } from '../../../../host/website/schema';
import { openStore } from '../../../../host/website/store';

const V_BEFORE = [
  'CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)',
  `CREATE TABLE withdrawals (vtest_id TEXT PRIMARY KEY, info_hash TEXT NOT NULL UNIQUE, outs TEXT NOT NULL,
    dynamic INTEGER NOT NULL, confirmed INTEGER NOT NULL, sats INTEGER NOT NULL, state TEXT NOT NULL,
    channel_id INTEGER, vc_code TEXT, authorised_ms INTEGER, tries INTEGER NOT NULL DEFAULT 0, tx_hash TEXT,
    reported INTEGER NOT NULL DEFAULT 0)`,
  'CREATE INDEX withdrawals_open ON withdrawals (reported) WHERE reported = 0',
  'CREATE TABLE fees (vtest_id TEXT PRIMARY KEY, sats INTEGER NOT NULL)',
  `CREATE TABLE batches (side INTEGER NOT NULL, batch_no INTEGER NOT NULL, digest TEXT NOT NULL,
    content TEXT NOT NULL, state TEXT NOT NULL, asked_ms INTEGER NOT NULL, next_ask_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL, reported INTEGER NOT NULL, PRIMARY KEY (side, batch_no, digest))`,
  'CREATE TABLE sms_queue (id INTEGER PRIMARY KEY, bytes TEXT NOT NULL)',
  "INSERT INTO meta VALUES ('sms-in', '12')",
  "INSERT INTO withdrawals VALUES ('11', 'ab', 'x,20000', 1, 0, 20000, 'sent', 3, '2:x', 5, 1, 'cd', 1)",
];
const WEBSITE_BEFORE = [
  `CREATE TABLE withdrawals (vtest_id INTEGER PRIMARY KEY AUTOINCREMENT, idempotency_key TEXT NOT NULL UNIQUE,
    outs TEXT NOT NULL, dynamic INTEGER NOT NULL, vtest_info TEXT, status TEXT NOT NULL DEFAULT 'waiting',
    tx_hash TEXT, created_ms INTEGER NOT NULL, reported_ms INTEGER)`,
  "CREATE INDEX withdrawals_waiting ON withdrawals (vtest_id) WHERE status = 'waiting'",
  `CREATE TABLE batches (side INTEGER NOT NULL, batch_no INTEGER NOT NULL, status INTEGER NOT NULL,
    attestation TEXT NOT NULL, address_list TEXT NOT NULL, pulled_ms INTEGER NOT NULL, PRIMARY KEY (side, batch_no))`,
  `CREATE TABLE addresses (address TEXT PRIMARY KEY, side INTEGER NOT NULL, batch_no INTEGER NOT NULL,
    idx INTEGER NOT NULL, ref TEXT UNIQUE, given_ms INTEGER)`,
  'CREATE INDEX addresses_free ON addresses (side, idx) WHERE given_ms IS NULL',
  `CREATE TABLE deposits (address TEXT NOT NULL, tx_hash TEXT NOT NULL, sats INTEGER NOT NULL,
    confirmations INTEGER NOT NULL, seen_ms INTEGER NOT NULL, PRIMARY KEY (address, tx_hash))`,
  "INSERT INTO withdrawals (idempotency_key, outs, dynamic, created_ms) VALUES ('a', '[]', 1, 7)",
];

describe('host/kit/sql/migrations', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chaincloud-migrations-'));
    path = join(folder, 'x.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function make(statements: string[]): void {
    const file = openSqlFile(path);
    for (const statement of statements) file.run(statement);
    file.close();
  }
  function versions(): number[] {
    const file = openSqlFile(path);
    const found = file.all<{ version: number }>('SELECT version FROM schema_versions ORDER BY version');
    file.close();
    return found.map((row) => row.version);
  }
  const codeOf = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      return (error as { code: string }).code;
    }
    return 'opened';
  };
  /** The program's steps and one that a later release may add. */
  const later = (steps: readonly Migration[]): Migration[] => [
    ...steps,
    { version: steps[steps.length - 1].version + 1, statements: ['ALTER TABLE withdrawals ADD COLUMN note TEXT'] },
  ];

  it('V opens a file without a version, keeps its rows, and is kept from a newer one', () => {
    make(V_BEFORE);
    const sealer = openSealer(path + '.key', (lenBytes) => new Uint8Array(lenBytes).fill(7));
    const state = openState(path, sealer);
    expect(state.getNumber('sms-in', 0)).to.equal(12);
    expect(state.withdrawal('11')).to.include({ state: 'sent', sats: 20_000, tx_hash: 'cd' });
    state.putWithdrawal({ ...state.withdrawal('11')!, vtest_id: '12', info_hash: 'ef' });
    state.close();
    expect(versions()).to.deep.equal(V_MIGRATIONS.map((step) => step.version));
    const file = openSqlFile(path, later(V_MIGRATIONS));
    expect(file.all('SELECT note FROM withdrawals')).to.have.length(2);
    file.close();
    expect(codeOf(() => openState(path, sealer))).to.equal('db-newer');
  });

  it('the website opens a file without a version, keeps its rows, and is kept from a newer one', () => {
    make(WEBSITE_BEFORE);
    const store = openStore(path);
    expect(store.withdrawals(10)).to.have.length(1);
    expect(store.bookWithdrawal('b', [], 1, 0).vtest_id).to.equal(2);
    store.close();
    expect(versions()).to.deep.equal(WEBSITE_MIGRATIONS.map((step) => step.version));
    openSqlFile(path, later(WEBSITE_MIGRATIONS)).close();
    expect(codeOf(() => openStore(path))).to.equal('db-newer');
  });

  it('a step that fails leaves the file as it was before it', () => {
    const steps: Migration[] = [
      { version: 1, statements: ['CREATE TABLE a (id {serial}, x TEXT)'] },
      { version: 2, statements: ['ALTER TABLE a ADD COLUMN y TEXT', 'CREATE TABLE a (x TEXT)'] },
    ];
    expect(codeOf(() => openSqlFile(path, steps))).to.equal('sql-file');
    expect(versions()).to.deep.equal([1]);
    const file = openSqlFile(path, steps.slice(0, 1));
    expect(() => file.all('SELECT y FROM a')).to.throw();
    file.close();
  });

  it('the file is its owner’s alone', () => {
    openSqlFile(path, V_MIGRATIONS).close();
    expect(statSync(path).mode & 0o077).to.equal(0);
  });
});
