// Accounts and their tokens: entering one from its public file, and finding the account and side that a token stands
// for. Tokens are kept as hashes; the text is answered once.

import { SIDE_COLD, SIDE_HOT } from '../../../protocol/wire';
import { createHash } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1';
import type { Db } from '../../kit/sql';
import type { CodedError } from '../../../protocol/errors';
import { requireAccountKey } from '../../bitcoin/keys';
import type { Context } from '../context';
import { apiFail } from '../http/errors';
import type { RegisteredAccount, Registration } from '../calls/admin';
import { accountRow, keyNumber, type AccountRow, type Caller } from './account';
import { requireBlock } from './pruned';
import { extendAccounts } from './derivation';

const FIRST_USER_ID = 40_000;
const TOKEN_BYTES = 24;

export function hashOfToken(token: string): string {
  return createHash('sha256')
    .update('chaincloud token\n' + token)
    .digest('hex');
}

export async function callerOf(db: Db, token: string): Promise<Caller | undefined> {
  const hash = hashOfToken(token);
  const row = await db.get<AccountRow & { hot_token_hash: string }>(
    'SELECT * FROM accounts WHERE hot_token_hash = ? OR cold_token_hash = ?',
    [hash, hash],
  );
  if (!row) return undefined;
  const side = row.hot_token_hash === hash ? SIDE_HOT : SIDE_COLD;
  return { row, side, name: `${row.account} ${side}` };
}

/** Holds a file of the right form to what the API will rely on. Throws `bad-parameter`. */
function requireSound(context: Context, file: Registration['file']): void {
  if (file.network !== context.network) throw apiFail('bad-parameter', `network expected ${context.network}`);
  try {
    secp256k1.Point.fromHex(file.identity);
  } catch {
    throw apiFail('bad-parameter', 'identity expected a compressed public key in hex');
  }
  try {
    requireAccountKey(file.cold.xpub, context.network, keyNumber(file.account, SIDE_COLD), 'cold.xpub');
    requireAccountKey(file.hot.xpub, context.network, keyNumber(file.account, SIDE_HOT), 'hot.xpub');
  } catch (error) {
    throw apiFail('bad-parameter', (error as CodedError).message);
  }
}

function newToken(context: Context): string {
  return Buffer.from(context.runtime.random(TOKEN_BYTES)).toString('base64url');
}

/**
 * Enters an account; `birth_height` is where its coins may begin (the present tip when absent). An account that is
 * there already gets new tokens when its file is the same and `rotate_tokens` is true, else `bad-parameter`.
 */
export async function register(context: Context, body: Registration): Promise<RegisteredAccount> {
  const { db, rpc } = context;
  const { file } = body;
  requireSound(context, file);
  const tip = await rpc.call<number>('getblockcount');
  const birth = body.birth_height ?? tip;
  if (birth > tip) throw apiFail('bad-parameter', `birth_height expected 0..${tip}`);
  if (birth < tip) await requireBlock(rpc, birth, 'birth_height');
  const tokens = { cold_receiving: newToken(context), hot_sending: newToken(context) };
  const hashes: Hashes = [hashOfToken(tokens.cold_receiving), hashOfToken(tokens.hot_sending)];
  await db.transaction(async (tx) => {
    const known = await accountRow(tx, file.account);
    if (known) return rotateTokens(tx, known, body, hashes);
    await enter(tx, context, body, { hashes, birth, tip });
  });
  context.callers.clear();
  await extendAccounts(context, new Set([file.account]));
  context.lookSoon();
  context.log.info('entered an account', { account: file.account });
  return { account: file.account, user_id: FIRST_USER_ID + file.account, tokens };
}

/** New tokens for an account that is there; the old ones are worth nothing from then on. Throws `not-found`. */
export async function rotateAccountTokens(
  context: Context,
  account: number,
): Promise<Pick<RegisteredAccount, 'account' | 'tokens'>> {
  const tokens = { cold_receiving: newToken(context), hot_sending: newToken(context) };
  const hashes: Hashes = [hashOfToken(tokens.cold_receiving), hashOfToken(tokens.hot_sending)];
  if (!(await writeTokens(context.db, account, hashes))) throw apiFail('not-found', 'no account has this number');
  context.callers.clear();
  context.log.info('made new tokens for an account', { account });
  return { account, tokens };
}

async function writeTokens(db: Db, account: number, hashes: Hashes): Promise<boolean> {
  const sql = 'UPDATE accounts SET cold_token_hash = ?, hot_token_hash = ? WHERE account = ?';
  return (await db.run(sql, [...hashes, account])) > 0;
}

type Hashes = [cold: string, hot: string];

async function rotateTokens(tx: Db, known: AccountRow, body: Registration, hashes: Hashes): Promise<void> {
  const { file } = body;
  const isSame =
    known.cold_xpub === file.cold.xpub && known.hot_xpub === file.hot.xpub && known.identity === file.identity;
  if (!isSame) throw apiFail('bad-parameter', `account ${file.account} is there already with other keys`);
  if (body.rotate_tokens !== true)
    throw apiFail('bad-parameter', `account ${file.account} is there already; rotate_tokens: true makes new tokens`);
  await writeTokens(tx, file.account, hashes);
}

async function enter(
  tx: Db,
  context: Context,
  { file, name }: Registration,
  { hashes, birth, tip }: { hashes: Hashes; birth: number; tip: number },
): Promise<void> {
  const xpubs = [file.cold.xpub, file.hot.xpub];
  const taken = await tx.get('SELECT 1 AS one FROM accounts WHERE cold_xpub IN (?, ?) OR hot_xpub IN (?, ?)', [
    ...xpubs,
    ...xpubs,
  ]);
  if (taken) throw apiFail('bad-parameter', 'these keys belong to another account');
  await tx.run(
    `INSERT INTO accounts (account, user_id, user_name, script, identity, fingerprint, cold_xpub, hot_xpub,
       public_file, cold_token_hash, hot_token_hash, registered_at, birth_height, registered_height)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      file.account,
      FIRST_USER_ID + file.account,
      name ?? `account ${file.account}`,
      file.script,
      file.identity,
      file.fingerprint,
      ...xpubs,
      JSON.stringify(file),
      ...hashes,
      context.runtime.nowMs(),
      birth,
      tip,
    ],
  );
}
