// What came of the payments, by five books that know nothing of each other: the chain, HSM-Cold's ledger, and the
// databases of website, V and API. Each withdrawal has an amount of its own, so a lost one and a doubled one show.
import type { Rpc } from '../../../host/bitcoin/rpc';
import { MIGRATIONS } from '../../../host/api/schema';
import { openDb } from '../../../host/kit/sql';
import { openSqlFile } from '../../../host/kit/sql/sql-file';
import type { System } from './system';
import type { World } from './world';

const ALL_OF_IT = 2;

/** What each book says of one payment; the keys are satoshi. */
type Book = Map<number, string[]>;

interface BlockJson {
  tx: { txid: string; vout: { value: number; scriptPubKey: { address?: string } }[] }[];
}

function put(book: Book, sats: number, says: string): void {
  book.set(sats, [...(book.get(sats) ?? []), says]);
}

/** Ids of the transactions that pay `payee`, from block `from` on. */
async function chainBook(rpc: Rpc, payee: string, from: number): Promise<Book> {
  const book: Book = new Map();
  const tip = await rpc.call<number>('getblockcount');
  for (let height = from; height <= tip; height++) {
    const hash = await rpc.call<string>('getblockhash', [height]);
    const block = await rpc.call<BlockJson>('getblock', [hash, ALL_OF_IT]);
    for (const { txid, vout } of block.tx)
      for (const out of vout) if (out.scriptPubKey.address === payee) put(book, Math.round(out.value * 1e8), txid);
  }
  return book;
}

const ofJson = (outs: string): number => (JSON.parse(outs) as { sats: number }[])[0].sats;
const ofText = (outs: string): number => Number(outs.split(',')[1]);

interface Row {
  outs: string;
  is_done: number;
  tx_hash: string | null;
}

function bookOf(rows: Row[], satsOf: (outs: string) => number): Book {
  const book: Book = new Map();
  for (const { outs, is_done, tx_hash } of rows) put(book, satsOf(outs), Number(is_done) ? `${tx_hash}` : 'not done');
  return book;
}

function websiteBook(path: string): Book {
  const file = openSqlFile(path);
  const rows = file.all<Row>(
    "SELECT outs, CASE status WHEN 'sent' THEN 1 ELSE 0 END AS is_done, tx_hash FROM withdrawals",
  );
  file.close();
  return bookOf(rows, ofJson);
}

function vBook(path: string): Book {
  const file = openSqlFile(path);
  const rows = file.all<Row>(
    "SELECT outs, CASE state WHEN 'sent' THEN reported ELSE 0 END AS is_done, tx_hash FROM withdrawals",
  );
  file.close();
  return bookOf(rows, ofText);
}

async function apiBook(database: string): Promise<Book> {
  const db = await openDb(database, MIGRATIONS);
  const rows = await db.all<Row>(
    "SELECT outs, CASE state WHEN 'sent' THEN 1 ELSE 0 END AS is_done, tx_hash FROM requests WHERE kind = 'sign'",
  );
  await db.close();
  return bookOf(rows, ofText);
}

export interface Verdict {
  lost: string[];
  twice: string[];
  /** Books that disagree on what paid it. */
  different: string[];
}

export interface AuditOptions {
  world: World;
  system: System;
  database: string;
  payee: string;
  /** Height of the first block that may have a payment. */
  fromHeight: number;
  /** Amounts of the withdrawals that the website took, each another one. */
  amounts: number[];
}

/** Reads the books; every program has ended, and the last payment is in a block. */
export async function audit(options: AuditOptions): Promise<Verdict> {
  const { world, system, database, payee, fromHeight, amounts } = options;
  const books: Record<string, Book> = {
    chain: await chainBook(world.rpc, payee, fromHeight),
    website: websiteBook(system.files.website),
    V: vBook(system.files.v),
    API: await apiBook(database),
  };
  const verdict: Verdict = { lost: [], twice: [], different: [] };
  for (const [name, book] of Object.entries(books)) {
    for (const sats of amounts) {
      const found = (book.get(sats) ?? []).filter((says) => says !== 'not done');
      if (found.length === 0) verdict.lost.push(`${sats} by ${name}`);
      if (found.length > 1) verdict.twice.push(`${sats} by ${name}`);
      if (found[0] !== books.chain.get(sats)?.[0]) verdict.different.push(`${sats} by ${name}`);
    }
    for (const sats of book.keys()) if (!amounts.includes(sats)) verdict.twice.push(`${sats} by ${name}, unasked`);
  }
  await world.ledger.follow();
  const signed = world.ledger.signed();
  const payments = await world.ledger.payments();
  if (new Set(signed).size < amounts.length) verdict.lost.push(`${new Set(signed).size} payments by HSM-Cold's log`);
  if (signed.length > amounts.length) verdict.twice.push(`${signed.length} signatures by HSM-Cold's log`);
  if (payments !== amounts.length) verdict.different.push(`${payments} payments by HSM-Cold's ledger`);
  return verdict;
}
