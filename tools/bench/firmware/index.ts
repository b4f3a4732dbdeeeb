// Figures of HSM-Cold's durable side, measured on the firmware's own code in Node: what a signed payment writes, how
// long a start takes with a long journal. Times are ratios to plain HMAC-SHA256 over the same octets, which is the
// floor of checking a journal. With the genuine interpreter also the variables that each operation of both images needs
// (peaks.ts).
import { hmacSha256, sha256 } from '../../../firmware/crypto/index';
import { append, openJournal, SCRATCH_PAGES } from '../../../firmware/journal/journal';
import { PAYMENT_BYTES, R_AUDIT, R_PAYMENT } from '../../../firmware/journal/records';
import type { ScriptType } from '../../../firmware/cold/state/state';
import type { Flash } from '../../../firmware/hal';
import { INPUTS_MAX, OUTS_COUNT_MAX } from '../../../protocol/wire';
import type { BenchRow } from '../row';
import { longRows } from './long';
import { peakRows } from './peaks';
import { endPass, startPass, stepPass } from '../../../firmware/cold/signing/tx/hash';
import { draftBytes, finishInput, makeDraft, makeInput, putOutput } from '../../../firmware/cold/signing/tx/draft';

const RECORDS = 10_000;
const PAGE_BYTES = 4096;
/** An audit entry of a signature: number, time, head, code, account, eight octets of the tag. */
const AUDIT_BYTES = 50;

interface CountedFlash extends Flash {
  programs: number;
}

function memoryFlash(pageCount: number): CountedFlash {
  const cells = new Uint8Array(PAGE_BYTES * pageCount).fill(255);
  return {
    pageBytes: PAGE_BYTES,
    pageCount,
    archivePages: 0,
    programs: 0,
    readBytes: (offset, lenBytes) => cells.slice(offset, offset + lenBytes),
    writeBytes(offset, bytes) {
      this.programs++;
      for (let i = 0; i < bytes.length; i++) cells[offset + i] &= bytes[i];
    },
    clearPage: (page) => void cells.fill(255, page * PAGE_BYTES, (page + 1) * PAGE_BYTES),
  };
}

function timeMs(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

/** The largest transaction, with change, kept in scratch pages as the board keeps it, and hashed as for signing. */
function largest(script: ScriptType): { octets: number; heldOctets: number; hashMs: number; programs: number } {
  const flash = memoryFlash(SCRATCH_PAGES);
  const draft = makeDraft({ flash, base: 0, isTaken: false }, script, {
    txVersion: 2,
    locktime: 0,
    nInputs: INPUTS_MAX,
    feeSats: 10_000,
  });
  for (let n = 0; n <= OUTS_COUNT_MAX; n++) putOutput(draft, 20_000 + n, new Uint8Array(22).fill(n));
  for (let n = 0; n < INPUTS_MAX; n++) {
    const input = { prevTxid: new Uint8Array(32).fill(n + 1), vout: n, sequence: 0xfffffffd, chain: 0, index: n };
    finishInput(draft, makeInput(draft, input), 100_000);
  }
  const hashMs = timeMs(() => {
    const pass = startPass(draft, -1, new Uint8Array(0));
    while (stepPass(draft, pass));
    endPass(draft, pass);
  });
  return {
    octets: draftBytes(INPUTS_MAX, OUTS_COUNT_MAX + 1),
    heldOctets: draft.marks.byteLength + (draft.digests?.length ?? 0) + 32,
    hashMs,
    programs: flash.programs,
  };
}

/** The largest transaction that HSM-Cold takes. */
function largestRows(): BenchRow[] {
  const large = largest('p2wpkh');
  const hashFloorMs = timeMs(() => void sha256(new Uint8Array(large.octets)));
  return [
    {
      name: `largest transaction: ${INPUTS_MAX} inputs, ${OUTS_COUNT_MAX} outputs and change; octets kept in memory`,
      value: large.heldOctets,
      unit: 'octets',
      baseline: 'octets in scratch pages',
      ratio: large.heldOctets / large.octets,
      goal: 'at least 100 x 100',
      ok: INPUTS_MAX >= 100 && OUTS_COUNT_MAX >= 100,
    },
    {
      name: 'largest transaction: programs of scratch pages',
      value: large.programs,
      unit: 'programs',
      baseline: 'inputs and outputs',
      ratio: large.programs / (INPUTS_MAX + OUTS_COUNT_MAX + 1),
    },
    {
      name: 'largest transaction: hashed for its id and all its signatures',
      value: large.hashMs,
      unit: 'ms',
      baseline: 'SHA-256 of as many octets',
      ratio: large.hashMs / hashFloorMs,
    },
  ];
}

export async function benchFirmware(options: { espruino?: string }): Promise<BenchRow[]> {
  const key = new Uint8Array(32).fill(1);
  const flash = memoryFlash(1001);
  const handlers = { take: (): void => undefined, keep: (): boolean => true };
  const journal = openJournal(flash, key, true, handlers);
  const before = flash.programs;
  append(journal, R_PAYMENT, new Uint8Array(PAYMENT_BYTES));
  append(journal, R_AUDIT, new Uint8Array(AUDIT_BYTES));
  const programs = flash.programs - before;
  for (let n = 1; n < RECORDS; n++)
    append(journal, n % 2 ? R_PAYMENT : R_AUDIT, new Uint8Array(n % 2 ? PAYMENT_BYTES : AUDIT_BYTES));
  const startMs = timeMs(() => void openJournal(flash, key, false, handlers));
  const floorMs = timeMs(() => {
    for (let n = 0; n < RECORDS; n++) hmacSha256(key, new Uint8Array(40 + (n % 2 ? PAYMENT_BYTES : AUDIT_BYTES)));
  });
  return [
    {
      name: 'flash programs of a signed payment',
      value: programs,
      unit: 'programs',
      baseline: 'records written',
      ratio: programs / 2,
    },
    {
      name: `start with a journal of ${RECORDS} records`,
      value: startMs,
      unit: 'ms',
      baseline: 'HMAC-SHA256 of the same octets',
      ratio: startMs / floorMs,
      goal: `${RECORDS} records`,
      ok: true,
    },
    ...largestRows(),
    ...longRows(options.espruino),
    ...(options.espruino ? await peakRows(options.espruino, (text) => void process.stderr.write(`${text}\n`)) : []),
  ];
}
