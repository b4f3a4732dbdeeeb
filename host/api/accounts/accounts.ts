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
import { keyNumber, type AccountRow } from './account';
import { extendAll } from './derivation';
import type { AccountFile, RegisteredAccount } from '../types';

const FIRST_USER_ID = 40_000;
const TOKEN_BYTES = 24;
const MAX_ACCOUNT = 65_535;

export function hashOfToken(token: string): string {
  return createHash('sha256')
    .update('chaincloud token\n' + token)
    .digest('hex');
}

export interface Caller {
  row: AccountRow;
  side: number;
}

export async function callerOf(db: Db, token: string): Promise<Caller | undefined> {
  const hash = hashOfToken(token);
  const row = await db.get<AccountRow & { hot_token_hash: string }>(
    'SELECT * FROM accounts WHERE hot_token_hash = ? OR cold_token_hash = ?',
    [hash, hash],
  );
  return row && { row, side: row.hot_token_hash === hash ? SIDE_HOT : SIDE_COLD };
}

function aPubkey(value: unknown, name: string): string {
  try {
    return secp256k1.Point.fromHex(String(value)).toHex(true);
  } catch {
    throw apiFail('bad-parameter', `${name} expected a compressed public key in hex`);
  }
}

/** Checks everything that the API will rely on. Throws `bad-parameter`. */
function anAccountFile(context: Context, value: unknown): AccountFile {
  const file = (value ?? {}) as AccountFile;
  if (typeof file !== 'object')
    throw apiFail('bad-parameter', 'file expected the account file that the operator tool wrote');
  if (!Number.isInteger(file.account) || file.account < 0 || file.account > MAX_ACCOUNT)
    throw apiFail('bad-parameter', `account expected 0..${MAX_ACCOUNT}`);
  if (file.network !== context.network) throw apiFail('bad-parameter', `network expected ${context.network}`);
  if (file.script !== 'p2wpkh' && file.script !== 'p2pkh')
    throw apiFail('bad-parameter', 'script expected p2wpkh or p2pkh');
  if (!/^[0-9a-f]{8}$/.test(file.fingerprint)) throw apiFail('bad-parameter', 'fingerprint expected 8 hex digits');
  if (aPubkey(file.identity, 'identity') !== file.identity)
    throw apiFail('bad-parameter', 'identity expected a compressed public key in hex');
  try {
    requireAccountKey(file.cold?.xpub, context.network, keyNumber(file.account, SIDE_COLD), 'cold.xpub');
    requireAccountKey(file.hot?.xpub, context.network, keyNumber(file.account, SIDE_HOT), 'hot.xpub');
  } catch (error) {
    throw apiFail('bad-parameter', (error as CodedError).message);
  }
  return file;
}

function newToken(context: Context): string {
  return Buffer.from(context.runtime.random(TOKEN_BYTES)).toString('base64url');
}

/**
 * Enters an account; `birth_height` is where its coins may begin (the present tip when absent). An account that is
 * there already gets new tokens when its file is the same and `rotate_tokens` is true, else `bad-parameter`.
 */
export async function register(
  context: Context,
  body: { file?: unknown; name?: unknown; birth_height?: unknown; rotate_tokens?: unknown },
): Promise<RegisteredAccount> {
  const { db, rpc, runtime } = context;
  const file = anAccountFile(context, body.file);
  const name = typeof body.name === 'string' && body.name.length <= 100 ? body.name : `account ${file.account}`;
  const tip = await rpc.call<number>('getblockcount');
  const birth = body.birth_height === undefined ? tip : body.birth_height;
  if (!Number.isInteger(birth) || (birth as number) < 0 || (birth as number) > tip)
    throw apiFail('bad-parameter', `birth_height expected 0..${tip}`);
  const tokens = { cold_receiving: newToken(context), hot_sending: newToken(context) };
  const hashes = [hashOfToken(tokens.cold_receiving), hashOfToken(tokens.hot_sending)];
  const userId = FIRST_USER_ID + file.account;
  await db.transaction(async (tx) => {
    const known = await tx.get<AccountRow>('SELECT * FROM accounts WHERE account = ?', [file.account]);
    if (known) {
      const isSame =
        known.cold_xpub === file.cold.xpub && known.hot_xpub === file.hot.xpub && known.identity === file.identity;
      if (!isSame || body.rotate_tokens !== true)
        throw apiFail(
          'bad-parameter',
          `account ${file.account} is there already${isSame ? '; rotate_tokens: true makes new tokens' : ' with other keys'}`,
        );
      await tx.run('UPDATE accounts SET cold_token_hash = ?, hot_token_hash = ? WHERE account = ?', [
        ...hashes,
        file.account,
      ]);
      return;
    }
    const taken = await tx.get('SELECT 1 AS one FROM accounts WHERE cold_xpub IN (?, ?) OR hot_xpub IN (?, ?)', [
      file.cold.xpub,
      file.hot.xpub,
      file.cold.xpub,
      file.hot.xpub,
    ]);
    if (taken) throw apiFail('bad-parameter', 'these keys belong to another account');
    await tx.run(
      `INSERT INTO accounts (account, user_id, user_name, script, identity, fingerprint, cold_xpub, hot_xpub,
         public_file, cold_token_hash, hot_token_hash, registered_at, birth_height, registered_height)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        file.account,
        userId,
        name,
        file.script,
        file.identity,
        file.fingerprint,
        file.cold.xpub,
        file.hot.xpub,
        JSON.stringify(file),
        ...hashes,
        runtime.nowMs(),
        birth as number,
        tip,
      ],
    );
  });
  await extendAll(context);
  if ((birth as number) < tip) await context.follower.rewindTo(birth as number);
  context.lookSoon();
  context.log.info('entered an account', { account: file.account });
  return { account: file.account, user_id: userId, tokens };
}
