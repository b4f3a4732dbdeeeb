// Which scripts and coins are the accounts' own: asked of the database for each part of a block or of the mempool, so
// that a start reads nothing however many there are, and no process has to learn what another one added.

import type { Db } from '../kit/sql';
import { allOf } from '../kit/sql/lists';
import type { ScannedTx } from '../bitcoin/scan';
import type { ParsedTx } from '../bitcoin/tx';

/** Where an address stands: account, side (1 hot, 2 cold), chain (0 receiving, 1 change), index. */
export interface Owner {
  account: number;
  side: number;
  chain: number;
  idx: number;
}

/** An output that belongs to an account. */
export interface OwnCoin extends Owner {
  sats: number;
  address: string | null;
}

type ScriptRow = Owner & { script: string; address: string };
type CoinRow = Owner & { txid: string; sn: number; value: number; address: string | null };

/** What is known to be the accounts' own among all that was asked for. */
export class Owners {
  private readonly scripts = new Map<string, Owner & { address: string }>();
  /** By txid, then by output number. */
  private readonly coins = new Map<string, Map<number, OwnCoin>>();

  constructor(private readonly db: Db) {}

  /** Asks for scripts (hex) and for the coins of transactions. */
  async learn(scripts: Iterable<string>, txids: Iterable<string>): Promise<void> {
    const [known, coins] = await Promise.all([
      allOf<ScriptRow>(
        this.db,
        'SELECT script, address, account, side, chain, idx FROM addresses WHERE script IN (?)',
        [...new Set(scripts)],
      ),
      allOf<CoinRow>(
        this.db,
        'SELECT txid, sn, value, address, account, side, chain, idx FROM tx_outputs ' +
          'WHERE txid IN (?) AND account IS NOT NULL',
        [...new Set(txids)],
      ),
    ]);
    for (const { script, ...owner } of known) this.scripts.set(script, owner);
    for (const { txid, sn, value, ...owner } of coins) this.keep(txid, sn, { ...owner, sats: value });
  }

  private keep(txid: string, vout: number, coin: OwnCoin): void {
    const known = this.coins.get(txid) ?? new Map<number, OwnCoin>();
    this.coins.set(txid, known.set(vout, coin));
  }

  /** Takes in the own outputs of a transaction that is not in the database yet: a later one may spend them. */
  add({ txid, outputs }: ParsedTx): void {
    for (const [vout, { sats, script }] of outputs.entries()) {
      const owner = this.scripts.get(script);
      if (owner) this.keep(txid, vout, { ...owner, sats });
    }
  }

  ofScript(script: string): (Owner & { address: string }) | undefined {
    return this.scripts.get(script);
  }

  ofCoin({ txid, vout }: { txid: string; vout: number }): OwnCoin | undefined {
    return this.coins.get(txid)?.get(vout);
  }

  /** Asks for what transactions pay to and spend from, and says whether any of it is an account's. */
  async findsOurs(txs: readonly ScannedTx[]): Promise<boolean> {
    await this.learn(
      txs.flatMap(({ outputs }) => outputs.map(({ script }) => script)),
      txs.flatMap(({ inputs }) => inputs.map(({ txid }) => txid)),
    );
    return txs.some((tx) => this.isOurs(tx));
  }

  /** Whether a transaction pays to or spends from an account. */
  isOurs(tx: { inputs: { txid: string; vout: number }[]; outputs: { script: string }[] }): boolean {
    return tx.outputs.some(({ script }) => this.scripts.has(script)) || tx.inputs.some((input) => !!this.ofCoin(input));
  }
}
