/**
 * Looking at the board from its console: modems, memory, flash, clock, noise, and its own benchmark. Reads only, shows
 * no secret. A single function: it costs few variables while nobody looks. Spec: SPEC.md 12.
 */
import { ecdsaSign, hmacSha256, pubkeyCreate, sha256, sha512 } from '../../crypto/index';
import { printLine, printOk } from '../../console/terminal';
import { NOISE_SAMPLE_BYTES, noiseFault } from '../secrets/health';
import { modemsStatus } from '../../modem/failover';
import type { Cold } from '../cold';

const BENCH_ROUNDS = 8;

function printModems(cold: Cold): void {
  const rows = cold.modem ? modemsStatus(cold.modem) : [];
  for (let i = 0; i < rows.length; i++) {
    const row: any = rows[i];
    printLine(
      cold.terminal,
      'modem ' +
        i +
        ' state ' +
        row.state +
        ' registered ' +
        (row.registered ? 1 : 0) +
        ' rssi ' +
        row.rssi +
        ' supply-mv ' +
        row.supplyMv +
        ' operator ' +
        (row.operator || '-') +
        ' stored ' +
        row.stored +
        ' of ' +
        row.capacity +
        ' sent ' +
        row.sent +
        ' received ' +
        row.received +
        ' timeouts ' +
        row.timeouts +
        ' restarts ' +
        row.restarts +
        ' queued ' +
        row.queued +
        ' network-time ' +
        (row.networkTime || '-'),
    );
  }
  if (cold.modemTrouble) printLine(cold.terminal, 'trouble ' + cold.modemTrouble);
  if (!rows.length)
    printLine(
      cold.terminal,
      'modem none ' + (cold.state.isProvisioned ? 'on this board' : 'started before the board is provisioned'),
    );
}

function printFlash(cold: Cold): void {
  const flash = cold.hal.flash;
  printLine(cold.terminal, 'flash pages ' + flash.pageCount + ' page-bytes ' + flash.pageBytes);
  const journal = cold.journal;
  if (journal) {
    printLine(
      cold.terminal,
      'journal records ' +
        journal.records +
        ' room ' +
        (journal.base + journal.halfBytes - journal.end) +
        ' of ' +
        journal.halfBytes +
        ' generation ' +
        journal.generation +
        ' writes ' +
        journal.writes +
        ' erases ' +
        journal.erases,
    );
  }
}

/** Times `BENCH_ROUNDS` runs of each primitive; the key is the number 1. */
function bench(cold: Cold): void {
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
}

/** Runs one of `modem`, `memory`, `flash`, `noise`, `bench`; false when the name is none of them. */
export function diagnose(cold: Cold, name: string): boolean {
  if (name === 'modem') printModems(cold);
  else if (name === 'flash') printFlash(cold);
  else if (name === 'memory') {
    const memory = cold.hal.memoryUse();
    printLine(cold.terminal, 'memory ' + memory.used + ' of ' + memory.total);
  } else if (name === 'noise') {
    const fault = noiseFault(cold.hal.noise.take(NOISE_SAMPLE_BYTES));
    printLine(cold.terminal, 'noise ' + (fault || 'passed'));
  } else if (name === 'bench') bench(cold);
  else return false;
  printOk(cold.terminal);
  return true;
}
