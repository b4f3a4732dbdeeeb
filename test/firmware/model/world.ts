// A plain model of what HSM-Cold must remember, and the real durable code beside it on a fake flash: random payments,
// replacements, closings, clock steps, restarts, and power cuts inside any of them. After each step both must agree;
// after a cut the real one must stand where the model stood before the step or after it, nowhere else.
import { aPaidOutcome, Model, type Op } from './model';
import { archiveOldest } from '../../../firmware/cold/payments/archive';
import { closeAccount, countRefusal } from '../../../firmware/cold/alarms/closing';
import type { Cold } from '../../../firmware/cold/cold';
import { openStore } from '../../../firmware/cold/state/open-store';
import { paymentTag } from '../../../firmware/cold/payments/number';
import { isClosed, makeState } from '../../../firmware/cold/state/state';
import { nowSeconds, saveCbor, saveStanding } from '../../../firmware/cold/state/store';
import { drbgInit } from '../../../firmware/crypto/index';
import { writeDevice, readDevice, markReady } from '../../../firmware/journal/device';
import { R_ACCOUNT, readU32 } from '../../../firmware/journal/records';
import { World, makeBoard, PowerCut, type FakeBoard, type FakeOptions } from '../fake-hal';
import { isArchiveDue } from '../../../firmware/cold/payments/tidy';
import { acknowledge } from '../../../firmware/cold/alarms/reminders';
import { applyRefusal } from '../../../firmware/cold/link/refuse';
import { spentSince } from '../../../firmware/cold/payments/window';
import { openScratch } from '../../../firmware/cold/signing/tx/scratch';
import { draftBytes, finishInput, makeDraft, makeInput, putOutput } from '../../../firmware/cold/signing/tx/draft';
import { checkPayment } from '../../../firmware/cold/signing/checks';
import { PHASE_WORKING, type Signing } from '../../../firmware/cold/signing/signing';
import { recordPayment } from '../../../firmware/cold/payments/record';
import { requireAccount } from '../../../firmware/cold/state/accounts';

export const POLICY = [0, 0, 0, 86400, 900_000, 0, 0, 0, 0, 0, 0, 0, 0];

export interface Machine {
  world: World;
  board: FakeBoard;
  cold: Cold;
  model: Model;
}

function bytes(n: number, lenBytes: number): Uint8Array {
  return Uint8Array.from({ length: lenBytes }, (_, i) => (n >> ((i % 4) * 8)) ^ (i * 29));
}

/** Starts the board, its power cut again at flash operation `cut` of that (0: none) and back at once. */
function start(machine: Machine, cut = 0): void {
  const { board } = machine;
  board.off();
  Object.assign(board.flash, { isOff: false, operations: 0, cutAt: cut });
  machine.cold.device = readDevice(board.flash);
  try {
    openStore(machine.cold, false);
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    return start(machine);
  }
  board.flash.cutAt = 0;
  machine.cold.hal.clock.setUnixSeconds(machine.model.now);
}

export function makeMachine(options: FakeOptions = {}): Machine {
  const world = new World();
  const board = makeBoard(world, options);
  const cold = {
    hal: board.hal,
    state: makeState(),
    fault: '',
    tasks: [],
    isTicking: false,
    accepting: 0,
    alarmDueMs: {},
    waiting: 0,
    counters: { ignoredSms: 0, refusals: 0, signed: 0 },
    drbg: drbgInit(new Uint8Array(32)),
    modem: { sendText: () => undefined, sendData: () => undefined },
    terminal: undefined,
    crypto: undefined,
    pinAfterMs: 0,
    smsPort: 0,
  } as unknown as Cold;
  writeDevice(board.flash, bytes(5, 32));
  cold.device = readDevice(board.flash);
  const machine: Machine = { world, board, cold, model: new Model() };
  cold.hal.clock.setUnixSeconds(machine.model.now);
  openStore(cold, true);
  saveCbor(cold, R_ACCOUNT, [0, 'model', 'regtest', 'p2wpkh', bytes(1, 33), bytes(2, 33), [], [], 'x', POLICY, 2]);
  markReady(board.flash);
  return machine;
}

export function signingFor(machine: Machine, op: Op): Signing {
  const { coins, content, sats, fee } = op;
  const draft = makeDraft(openScratch(machine.cold, draftBytes(coins.length, 1)), 'p2wpkh', {
    txVersion: 2,
    locktime: 0,
    nInputs: coins.length,
    feeSats: fee,
  });
  putOutput(draft, sats, bytes(content, 22));
  draft.amountSats = draft.smallestSats = sats;
  for (const coin of coins) {
    const input = { prevTxid: bytes(coin, 32), vout: 0, sequence: 0xfffffffd, chain: 0, index: 0 };
    finishInput(draft, makeInput(draft, input), 1_000_000);
  }
  return {
    phase: PHASE_WORKING,
    account: 0,
    draft,
    changeIndex: op.change < 0 ? null : op.change,
    tag: paymentTag(0, String(op.number)),
    content: bytes(content, 32),
    isChannelOver: false,
  };
}

/** What SIGN_FINISH does with a whole transaction, whose id is `tx`: checks it and records the payment. */
export function record(cold: Cold, signing: Signing, tx: Uint8Array): void {
  const before = checkPayment(cold, signing, tx);
  if (before) recordPayment(cold, signing, before, tx);
}

/** Runs one operation on the real code; answers what the model answers. */
export function act(machine: Machine, op: Op): string {
  const { cold } = machine;
  const account = requireAccount(cold, 0);
  if (op.kind === 'pay') {
    if (isClosed(cold.state, 0)) return 'account-closed';
    try {
      record(cold, signingFor(machine, op), bytes(aPaidOutcome(op), 32));
      return 'ok';
    } catch (error: any) {
      const thrown = applyRefusal(cold, error);
      if (thrown.refusal === undefined) throw thrown;
      return thrown.code;
    }
  }
  if (op.kind === 'close') closeAccount(cold, 0, 'forgery');
  else if (op.kind === 'reopen') {
    if (account.alarm) acknowledge(cold, undefined, account.alarmAck);
    saveStanding(cold, account, '', new Uint8Array(0));
  } else if (op.kind === 'refuse') {
    if (!isClosed(cold.state, 0)) countRefusal(cold, 0, 'policy');
  } else if (op.kind === 'clock') cold.hal.clock.setUnixSeconds(machine.model.now);
  else if (op.kind === 'tidy') {
    if (isArchiveDue(cold)) archiveOldest(cold);
  } else start(machine);
  return 'ok';
}

/** What of the real state the model also knows. */
export function look(machine: Machine): string {
  const account = requireAccount(machine.cold, 0);
  const now = nowSeconds(machine.cold);
  return JSON.stringify({
    closed: isClosed(machine.cold.state, 0),
    refusals: account.refusalTimes.length / 4,
    from: account.refusalTimes.length ? readU32(account.refusalTimes, 0) : 0,
    paid: machine.cold.state.paymentSerial,
    spent: spentSince(machine.cold, 0, now - 86400),
  });
}

/**
 * One step with a power cut at flash operation `cut` of it, and at `again` of the start after that (0: none). Throws
 * with what disagrees.
 */
export function step(machine: Machine, given: Op, cut: number, part: number, again: number): void {
  const { board, model } = machine;
  const op = { ...given, change: given.change < 0 ? -1 : Math.max(0, model.changeNext - 4 + given.change) };
  model.archived = machine.cold.state.archivedSerial;
  const before = model.copy();
  const expected = model.apply(op);
  board.flash.operations = 0;
  board.flash.cutAt = cut;
  board.flash.cutPart = part;
  let isCut = false;
  let got = '';
  try {
    got = act(machine, op);
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    isCut = true;
  }
  board.flash.cutAt = 0;
  if (!isCut) {
    if (got !== expected) throw new Error(`${JSON.stringify(op)}: the board says ${got}, the model ${expected}`);
  } else {
    model.now = Math.max(model.now, before.now);
    start(machine, again);
    const is = look(machine);
    const wanted = [before, model].map((each) => each.look(model.now));
    const partly = op.kind === 'pay' || op.kind === 'refuse' || op.kind === 'close' ? model.between(before, op) : [];
    const states = [before, ...partly, model];
    const found = states.findIndex((each) => each.look(model.now) === is);
    if (found < 0) throw new Error(`cut ${cut} of ${JSON.stringify(op)}: ${is} is neither ${wanted.join(' nor ')}`);
    machine.model = states[found].copy();
    machine.model.now = model.now;
    return;
  }
  const is = look(machine);
  if (is !== model.look(model.now))
    throw new Error(`after ${JSON.stringify(op)}: ${is}, the model ${model.look(model.now)}`);
}
