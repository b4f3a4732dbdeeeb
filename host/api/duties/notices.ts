// What the node publishes wakes the duties that poll it: a block those of the chain, a transaction of ours that of the
// mempool. Nothing is taken from a notice itself, and polling goes on beneath. Spec: docs/decisions/027.

import { scanTx, type ScannedTx } from '../../bitcoin/scan';
import { subscribeToNode, type Topic } from '../../chain/zmq';
import { Owners } from '../../chain/owners';
import type { Context } from '../context';
import type { DutyName } from './declared';

/** Transactions are gathered for so long: the database is asked once for all of them. */
const GATHER_MS = 200;
/** A new block brings some thousands. More than so many at once are not looked through: the mempool is. */
const GATHERED_MAX = 20_000;

export interface NoticesOptions {
  /** `tcp://HOST:PORT` each. */
  endpoints: readonly string[];
  wake(name: DutyName): void;
  onNotice(topic: Topic): void;
}

/** Calls `onOurs` when one of the transactions that it is given touches an account. */
class Sieve {
  private gathered: ScannedTx[] = [];
  private isAsking = false;
  private timer: { cancel(): void } | undefined;

  constructor(
    private readonly context: Pick<Context, 'db' | 'runtime'>,
    private readonly onOurs: () => void,
  ) {}

  /** One that cannot be read waits for the next poll. */
  take(raw: Buffer): void {
    if (this.gathered.length >= GATHERED_MAX) return;
    try {
      this.gathered.push(scanTx(raw));
    } catch {
      return;
    }
    if (this.isAsking) return;
    this.isAsking = true;
    this.timer = this.context.runtime.after(GATHER_MS, () => this.ask());
  }

  /** A database that does not answer shows at the duties. */
  private async ask(): Promise<void> {
    const txs = this.gathered;
    this.gathered = [];
    this.isAsking = false;
    const isOurs =
      txs.length >= GATHERED_MAX ||
      (await new Owners(this.context.db).findsOurs(txs).catch(() => true /* the duty looks itself */));
    if (isOurs) this.onOurs();
  }

  close(): void {
    this.timer?.cancel();
  }
}

/** Listens until it is closed; the node may come and go. */
export function followNotices(
  context: Pick<Context, 'db' | 'runtime' | 'log'>,
  { endpoints, wake, onNotice }: NoticesOptions,
): { close(): void } {
  const { runtime, log } = context;
  const sieve = new Sieve(context, () => wake('mempool'));
  const subscribers = endpoints.map((endpoint) =>
    subscribeToNode({
      endpoint,
      runtime,
      onNotice(topic, body) {
        onNotice(topic);
        if (topic === 'hashblock') wake('blocks');
        else sieve.take(body);
      },
      onState(isUp, why) {
        if (isUp) log.info(`the node's notices come from ${endpoint}`);
        else log.warn(`no notices of the node from ${endpoint} (${why}): it is polled, and asked again`);
      },
    }),
  );
  return {
    close() {
      subscribers.forEach((subscriber) => subscriber.close());
      sieve.close();
    },
  };
}
