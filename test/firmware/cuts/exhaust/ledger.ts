/**
 * What must hold of HSM-Cold whatever it ran out of memory in, looked at once it runs and is unlocked again. Kept from
 * look to look: heads of the audit log, the generator's states, payments, channels. Each claim throws with what it saw.
 */
import { parseLog, readLog, status, valueOf, verifyLog, type AuditEntry } from '../../../../host/operator';
import { readTx } from '../../../../host/sim/parties/chain-view';
import {
  AUDIT_CHANNEL,
  AUDIT_CLOSED,
  AUDIT_REOPENED,
  AUDIT_SIGNED,
  AUDIT_SWEPT,
} from '../../../../firmware/journal/audit-codes';
import { readDurable, type Durable } from './durable';
import type { System } from './system';

const LOOKS = 30;
const LOOK_PAUSE_MS = 500;
/** Every sweep here has so many. */
export const SWEEP_INPUTS = 2;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export interface Look {
  durable: Durable;
  entries: AuditEntry[];
  status: string[];
  isClosed: boolean;
}

export interface Ledger {
  /** The board at rest: console and flash agree. */
  look(): Promise<Look>;
  /**
   * Looks, holds it against all looks before. isUnlocked: it started and was unlocked since, so the generator has
   * another state.
   */
  check(where: string, isUnlocked: boolean): Promise<Look>;
  /**
   * Holds every transaction of the chain against what was written down; answers how often `sats` were paid to the
   * address.
   */
  timesPaid(address: string, sats: number): Promise<number>;
}

export function createLedger(system: System): Ledger {
  const { sim } = system;
  const pins = new Map<number, string>();
  const generators = new Set<string>();
  const written = new Set<string>();
  const swept = new Set<string>();
  const sweeps = new Set<number>();
  const tags = new Map<string, string>();
  const channels = new Map<number, number>();
  const seen = new Map<string, { address: string; sats: number }[]>();
  const spent = new Map<string, string>();
  let nextHeight = 0;
  let last: Durable | undefined;

  function claim(holds: boolean, where: string, what: string): void {
    if (!holds) throw new Error(`${where}: ${what}`);
  }

  async function look(): Promise<Look> {
    for (let n = 0; n < LOOKS; n++) {
      const before = readDurable(system.filler.folder());
      const lines = await system.typing(status);
      const log = await system.typing((client) => readLog(client));
      const durable = readDurable(system.filler.folder());
      if (durable.version !== before.version) {
        await sim.advance(LOOK_PAUSE_MS);
        continue;
      }
      const verdict = verifyLog(
        [log],
        [...pins].map(([n, head]) => ({ n, head })),
      );
      if (!verdict.ok) throw new Error(`the audit log does not hold: ${verdict.faults.join('; ')}`);
      const entries = parseLog(log);
      for (const entry of entries) {
        pins.set(entry.n, entry.head);
        if (entry.code !== AUDIT_SWEPT) continue;
        swept.add(hex(entry.detail));
        sweeps.add(entry.n);
      }
      for (const { txid, tag } of durable.paid) {
        const isLogged =
          written.has(txid) ||
          entries.some((entry) => entry.code === AUDIT_SIGNED && hex(entry.detail) === tag.slice(0, 16));
        if (!isLogged) throw new Error(`${txid} is written down and not in the log`);
        written.add(txid);
      }
      return { durable, entries, status: lines, isClosed: lines.some((line) => line.startsWith('account 0 closed')) };
    }
    throw new Error('the board does not come to rest');
  }

  function checkLog(where: string, { entries, durable, isClosed }: Look): void {
    for (const entry of entries)
      if (entry.code === AUDIT_CHANNEL) channels.set(entry.n, Buffer.from(entry.detail).readUInt32BE(0));
    const ids = [...channels].sort((a, b) => a[0] - b[0]).map(([, id]) => id);
    claim(
      ids.every((id, i) => i === 0 || id > ids[i - 1]),
      where,
      `channel numbers went ${ids.join(', ')}`,
    );
    const standing = entries.filter((entry) => entry.code === AUDIT_CLOSED || entry.code === AUDIT_REOPENED).pop();
    claim(isClosed === (durable.closed !== ''), where, 'status and flash do not agree whether the account is closed');
    if (standing?.code === AUDIT_CLOSED) claim(isClosed, where, 'a closing is in the log and the account is open');
    if (durable.alarm) claim(isClosed, where, 'an alarm is written down and the account is open');
    if (isClosed)
      claim(
        standing?.code === AUDIT_CLOSED || durable.alarm !== '' || isReopenedBetween(where),
        where,
        'the account is closed for no reason',
      );
  }

  /** The log has the reopening; what failed was to write it down. */
  const isReopenedBetween = (where: string): boolean => where.startsWith('reopening');

  async function takeTx(txid: string, where: string): Promise<void> {
    if (seen.has(txid)) return;
    const tx = await readTx(sim.platform.rpc, txid);
    seen.set(txid, tx.outputs);
    for (const input of tx.inputs) {
      const coin = `${input.txid}:${input.vout}`;
      claim(!spent.has(coin) || spent.get(coin) === txid, where, `${coin} was spent twice`);
      spent.set(coin, txid);
    }
    const hash = Buffer.from(txid, 'hex').reverse();
    if (!system.deposits.has(txid))
      claim(
        written.has(txid) || swept.has(hex(hash.subarray(0, 8))),
        where,
        `${txid} is signed and was not written down`,
      );
  }

  return {
    look,
    async check(where, isUnlocked) {
      const it = await look().catch((error: Error) => {
        throw new Error(`${where}: ${error.message}`);
      });
      const { durable } = it;
      claim(valueOf(it.status, 'state') === 'unlocked', where, `the board is ${valueOf(it.status, 'state')}`);
      // A PIN that the board had no room to try is counted; the next right one takes that back.
      claim(durable.pinFailures <= (isUnlocked ? 0 : 1), where, `${durable.pinFailures} wrong PINs are counted`);
      for (const [name, value] of Object.entries(durable.counters)) {
        const before = last?.counters[name as keyof Durable['counters']] ?? 0;
        claim(value >= before, where, `${name} went back from ${before} to ${value}`);
      }
      if (isUnlocked) claim(durable.counters.starts > (last?.counters.starts ?? 0), where, 'its start was not counted');
      if (isUnlocked) claim(!generators.has(durable.generator), where, 'the generator has a state that it had before');
      generators.add(durable.generator);
      for (const { tag, txid } of durable.paid) {
        claim((tags.get(tag) ?? txid) === txid, where, `two transactions for the request ${tag}`);
        tags.set(tag, txid);
      }
      claim(
        system.signatures.length <= SWEEP_INPUTS * sweeps.size,
        where,
        `the console showed ${system.signatures.length} signatures of ${sweeps.size} sweeps in the log`,
      );
      checkLog(where, it);
      last = durable;
      return it;
    },
    async timesPaid(address, sats) {
      const { rpc } = sim.platform;
      await look();
      const height = await rpc.call<number>('getblockcount', []);
      for (; nextHeight <= height; nextHeight++) {
        const block = await rpc.call<{ tx: string[] }>('getblock', [
          await rpc.call<string>('getblockhash', [nextHeight]),
          1,
        ]);
        for (const txid of block.tx.slice(1)) await takeTx(txid, `block ${nextHeight}`);
      }
      for (const txid of await rpc.call<string[]>('getrawmempool', [])) await takeTx(txid, "the node's pool");
      return [...seen.values()].flat().filter((output) => output.address === address && output.sats === sats).length;
    },
  };
}
