// The steps of the start-up: what the end of each means, when one is tried again, and what is done about a SIM that is
// not ready. Leaves giving a step's command to drive.ts, what follows the last step to ready.ts.
import { ANSWER_MS, QUIET_MS, begin, give, giveStep, isStartLate, nextStep, passStep, powerUp } from './drive';
import {
  KIND_GENERIC,
  KIND_SIM800,
  STEP_IDENTITY,
  STEP_MODE,
  STEP_NOTICES,
  STEP_PIN,
  STEP_POLL,
  STEP_STORE,
  STEP_STORES,
  STORE_COUNT,
} from './kinds/kinds';
import { forgetPlaces } from './places';
import { DRAIN_MS, next } from './ready';
import {
  COMMAND_NONE,
  COMMAND_PIN,
  COMMAND_START,
  Modem,
  N_ACCEPTED,
  N_COMMAND,
  N_FAILURES,
  N_INDEX,
  N_KIND,
  N_MUST_LIST,
  N_NO_SMS,
  N_OPEN,
  N_OPEN_AT,
  N_PIN_REFUSED,
  N_POLLS,
  N_SINCE,
  N_SLOW,
  N_STATE,
  N_STEP,
  N_STORE,
  PIN_UNANSWERED,
  STATE_READY,
  arm,
  notify,
} from './state';

const RETRY_MS = 2000;
/** Time that the power is off, the board's sequence for it included: longer than any board's. */
export const POWER_OFF_MS = 3500;
/** How often in a start-up the answers that are on their way are waited for. */
const DRAIN_TIMES = 3;
/** Longest time for answers to the first command that are on their way. */
const DRAIN_MAX_MS = 60000;
/** AT without answer before the power is cycled; failures of later steps before starting again or going on. */
const AT_TRIES = 10;
const AT_TRIES_SLOW = 3;
const STEP_TRIES = 15;
/** Times in a row that one store is tried. */
const STORE_TRIES = 3;
/** +CME: SIM not inserted. */
const NO_SIM = 10;

/** The step of the start-up did not succeed: again in a while, from the start, or with a power cycle. */
export function failStep(modem: Modem): void {
  modem.n[N_COMMAND] = COMMAND_NONE;
  modem.n[N_FAILURES]++;
  if (modem.n[N_STEP] > 0 && modem.n[N_FAILURES] >= STEP_TRIES) begin(modem);
  else if (modem.n[N_STEP] === 0 && modem.n[N_FAILURES] >= (modem.n[N_SLOW] ? AT_TRIES_SLOW : AT_TRIES)) {
    // Answers that take longer than AT_MS may all have come between two commands.
    modem.n[N_SLOW] = 1;
    powerUp(modem, POWER_OFF_MS);
  } else arm(modem, modem.n[N_STEP] ? RETRY_MS : QUIET_MS);
}

/** Reports why the SIM is not ready, once a start-up. */
function notifySim(modem: Modem, result: number, asked: string): void {
  if (result === NO_SIM) notify(modem, 'no-sim', result);
  if (asked !== '') notify(modem, modem.n[N_PIN_REFUSED] ? 'pin-wrong' : 'pin-needed', asked);
}

/**
 * AT+CPIN? has ended and the SIM is not ready: absent, asleep or asking for its PIN; one that was refused is never
 * tried again, nor one without an answer until the SIM was ready. Where the modem says nothing of the SIM, it is taken
 * for ready in the end.
 */
function endPinStep(modem: Modem, result: number): void {
  const n = modem.n;
  const asked = modem.pdu;
  modem.pdu = '';
  const pin = modem.outbox.opts.pins ? modem.outbox.opts.pins[n[N_INDEX]] : '';
  if (asked === 'SIM PIN' && pin && !n[N_PIN_REFUSED]) {
    n[N_PIN_REFUSED] = PIN_UNANSWERED;
    return give(modem, COMMAND_PIN, 'AT+CPIN="' + pin + '"\r', ANSWER_MS);
  }
  if (result === NO_SIM) forgetPlaces(modem);
  if (n[N_FAILURES] === 0) notifySim(modem, result, asked);
  if (asked !== '' || result === NO_SIM || n[N_FAILURES] + 1 < STEP_TRIES) {
    failStep(modem);
    // An OK without the line may be the late answer to a command before: those behind it are waited for.
    if (result === 0 && asked === '' && n[N_FAILURES] <= DRAIN_TIMES) arm(modem, DRAIN_MS);
    return;
  }
  passStep(modem);
  n[N_FAILURES] = 0;
  nextStep(modem);
  giveStep(modem, COMMAND_START);
}

/** Whether a step that needs the SIM and failed is tried again: the SIM may be busy. What only asks is not. */
function isStepOpen(modem: Modem): boolean {
  const n = modem.n;
  if (n[N_STEP] === STEP_STORES || n[N_STEP] === STEP_NOTICES) return false;
  // A store that is refused again and again is not the one to use, where the modem was asked for others.
  if (n[N_STEP] === STEP_STORE && n[N_KIND] !== KIND_SIM800 && n[N_FAILURES] % STORE_TRIES === STORE_TRIES - 1)
    n[N_STORE] = (n[N_STORE] + 1) % STORE_COUNT;
  if (n[N_FAILURES] < STEP_TRIES - 1 && !isStartLate(modem)) return true;
  if (n[N_STEP] === STEP_MODE) n[N_NO_SMS] = 1;
  passStep(modem);
  return false;
}

/**
 * The first command has its answer. Where it was given several times, that is the answer to the earliest one, and each
 * of the others may take as long: taken for the answers to later commands, they would have the wrong ones passed over.
 * They are waited for. From now on the modem is given more time.
 */
function drainFirst(modem: Modem): boolean {
  const n = modem.n;
  const open = n[N_OPEN] - 1;
  const waitMs = open * (modem.outbox.clock.uptimeMs() - n[N_OPEN_AT]);
  n[N_OPEN] = 0;
  if (open < 1) return false;
  n[N_SLOW] = 1;
  n[N_COMMAND] = COMMAND_NONE;
  begin(modem);
  arm(modem, waitMs < DRAIN_MAX_MS ? waitMs : DRAIN_MAX_MS);
  return true;
}

/** A step has ended. None but the SIM's is a must: what a modem refuses is passed over, once the SIM had its time. */
export function endStep(modem: Modem, result: number): void {
  const n = modem.n;
  if (n[N_STEP] === 0 && drainFirst(modem)) return;
  if (n[N_STEP] === STEP_PIN && !n[N_ACCEPTED]) return endPinStep(modem, result);
  if (!n[N_SINCE]) n[N_SINCE] = Math.floor(modem.outbox.clock.uptimeMs() / 1000) + 1;
  if (n[N_STEP] === STEP_IDENTITY && n[N_KIND] === KIND_GENERIC && modem.model !== '')
    notify(modem, 'unknown-modem', modem.model);
  if (n[N_STEP] < STEP_MODE) n[N_FAILURES] = 0;
  else if (result !== 0 && isStepOpen(modem)) return failStep(modem);
  nextStep(modem);
  if (n[N_STEP] < STEP_POLL) return giveStep(modem, COMMAND_START);
  n[N_STATE] = STATE_READY;
  modem.due = modem.outbox.clock.uptimeMs();
  n[N_POLLS] = 0;
  n[N_SINCE] = 0;
  n[N_MUST_LIST] = 1;
  if (n[N_NO_SMS]) notify(modem, 'no-sms', modem.model);
  else notify(modem, 'ready', modem.reads.length);
  next(modem);
}
