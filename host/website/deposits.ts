// What came in and what is there, as the API tells it. Spec: docs/http-api.md GET /address/{address}/tx and GET /user.

import { SIDE_COLD } from '../../protocol/wire';
import { fail } from '../../protocol/errors';
import { destinationOf } from '../bitcoin/address';
import type { HttpClient } from '../v1';
import type { WebsiteContext } from './context';
import { type DepositRow } from './store';

/** Addresses that are looked at, newest given first. */
const WATCHED = 500;

interface ApiTx {
  tx_hash: string;
  confirmation: number;
  outputs: { address: string; value: number }[];
}

/** Asks the API for every address that was given out. An address that it does not answer for keeps what was known. */
export async function refreshDeposits(context: WebsiteContext): Promise<void> {
  for (const { address, side } of context.store.givenAddresses(WATCHED)) {
    const api = side === SIDE_COLD ? context.api.cold : context.api.hot;
    const answer = await api.get('/api/v1/open/address/' + address + '/tx');
    if (answer.status !== 200 || !Array.isArray(answer.body)) continue;
    const rows = (answer.body as ApiTx[]).map((tx) => depositOf(tx, address)).filter((row) => row.sats > 0);
    context.store.setDeposits(address, rows, context.runtime.nowMs());
  }
}

function depositOf(tx: ApiTx, address: string): DepositRow {
  const sats = (tx.outputs ?? [])
    .filter((out) => destinationOf(String(out.address)) === destinationOf(address))
    .reduce((sum, out) => sum + Number(out.value), 0);
  return { address, tx_hash: String(tx.tx_hash), sats, confirmations: Number(tx.confirmation) };
}

/** {hot, cold} in satoshi; null where the API did not answer. */
export async function readBalances(context: WebsiteContext): Promise<{ hot: number | null; cold: number | null }> {
  const [hot, cold] = await Promise.all([balanceOf(context.api.hot), balanceOf(context.api.cold)]);
  return { hot, cold };
}

async function balanceOf(api: HttpClient): Promise<number | null> {
  try {
    const answer = await api.get('/api/v1/open/user');
    const balance = (answer.body as { balance?: unknown } | undefined)?.balance;
    if (answer.status !== 200 || !Number.isSafeInteger(balance)) throw fail('api-failed', 'no balance');
    return balance as number;
  } catch {
    return null;
  }
}
