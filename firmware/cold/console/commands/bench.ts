/** `bench`: times each primitive; the key is the number 1. */
import { ecdsaSign, hmacSha256, pubkeyCreate, sha256, sha512 } from '../../../crypto/index';
import { printLine, printOk } from '../../../console/terminal';
import type { CommandDeclaration } from '../../../console/command';
import type { Cold } from '../../cold';

export const BENCH = {
  usage: 'bench',
  order: 26,
  summary: "the board's own benchmark",
  isForFaulty: true,
  lines: {
    bench: ['bench <name:word> <mean_ms:number>', 'milliseconds that a primitive takes, mean of its rounds'],
  },
} satisfies CommandDeclaration;

const BENCH_ROUNDS = 8;

export function runBench(cold: Cold): void {
  const block = new Uint8Array(64);
  const one = new Uint8Array(32);
  one[31] = 1;
  function time(name: string, rounds: number, act: () => void): void {
    const startMs = cold.hal.clock.uptimeMs();
    for (let i = 0; i < rounds; i++) act();
    printLine(cold.terminal, 'bench ' + name + ' ' + (cold.hal.clock.uptimeMs() - startMs) / rounds);
    cold.hal.watchdog.kick();
  }
  time('sha256', BENCH_ROUNDS, function () {
    sha256(block);
  });
  time('sha512', BENCH_ROUNDS, function () {
    sha512(block);
  });
  time('hmac-sha256', BENCH_ROUNDS, function () {
    hmacSha256(one, block);
  });
  time('pubkey', 2, function () {
    pubkeyCreate(one);
  });
  time('sign', 2, function () {
    ecdsaSign(block.subarray(0, 32), one);
  });
  time('flash-read-256', BENCH_ROUNDS, function () {
    cold.hal.flash.readBytes(0, 256);
  });
  printOk(cold.terminal);
}
