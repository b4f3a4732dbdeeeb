// Looks at a chunk of transactions (readings.ts) without making an object of each.

import type { Owners } from './owners';
import { ENDS_A_TX, type TxChunk } from './readings';

/** Where transaction `i` begins and ends: 0 in the octets, 1 in the scripts, 2 in the coins. */
function rangeOf({ ends }: TxChunk, i: number, part: 0 | 1 | 2): [start: number, end: number] {
  const at = ENDS_A_TX * i + part;
  return [i === 0 ? 0 : ends[at - ENDS_A_TX], ends[at]];
}

export function countOf({ ends }: TxChunk): number {
  return ends.length / ENDS_A_TX;
}

/** False for a transaction that was not there or could not be read. */
export function isThere(chunk: TxChunk, i: number): boolean {
  const [start, end] = rangeOf(chunk, i, 0);
  return end > start;
}

/** A chunk with its texts taken apart. */
export class ChunkView {
  readonly scripts: string[];
  readonly txids: string[];

  constructor(private readonly chunk: TxChunk) {
    this.scripts = wordsOf(chunk.scripts);
    this.txids = wordsOf(chunk.txids);
  }

  /** Hex. */
  raw(i: number): string {
    const [start, end] = rangeOf(this.chunk, i, 0);
    const { buffer, byteOffset } = this.chunk.bytes;
    return Buffer.from(buffer, byteOffset + start, end - start).toString('hex');
  }

  /** Whether it pays to or spends from an account. */
  isOurs(i: number, owners: Owners): boolean {
    const [firstScript, endOfScripts] = rangeOf(this.chunk, i, 1);
    for (let at = firstScript; at < endOfScripts; at++) if (owners.ofScript(this.scripts[at])) return true;
    const [firstCoin, endOfCoins] = rangeOf(this.chunk, i, 2);
    for (let at = firstCoin; at < endOfCoins; at++)
      if (owners.ofCoin({ txid: this.txids[at], vout: this.chunk.vouts[at] })) return true;
    return false;
  }
}

function wordsOf(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}
