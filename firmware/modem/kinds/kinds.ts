// Which kind of modem it is, and its commands by step. What a kind does otherwise than another is data: one file a kind
// beside this one. All of it is text in flash; a table in memory would cost the device two variables an entry. A modem
// that no table knows is given every step: what it can do is asked before it is set, what it refuses is passed over.
// Leaves to others: giving the commands (../drive.ts), what they mean for the driver (../modem.ts, ../incoming.ts).
// Spec: 3GPP TS 27.005 3.2.2, 3.4.1; 27.007 5.4, 7.2, 7.3, 8.40, 8.41.
import { RADIO_UNKNOWN } from '../../../protocol/wire';
import { holds } from '../lines';
import { A7670_NAME, A7670_READY_LINES, A7670_WITHOUT } from './a7670';
import { SIM7600_NAME, SIM7600_READY_LINES, SIM7600_WITHOUT } from './sim7600';
import { SIM800_NAME, SIM800_READY_LINES, SIM800_RADIO, SIM800_WITHOUT } from './sim800';

/** Values of a modem's N_KIND. Generic: no table knows it, or it has not said its name. */
export const KIND_GENERIC = 0;
export const KIND_SIM800 = 1;
export const KIND_A7670 = 2;
export const KIND_SIM7600 = 3;

/** Steps that ask for the model, by either command, and for the SIM; the first that needs the SIM. */
export const STEP_MODEL = 3;
export const STEP_IDENTITY = 4;
export const STEP_PIN = 5;
export const STEP_MODE = 11;
/** Steps that ask which stores there are, set the store, and ask which notices there are. */
export const STEP_STORES = 12;
export const STEP_STORE = 13;
export const STEP_NOTICES = 14;
/** First step of a poll, which asks for the registration; the one that asks how many messages the store holds. */
export const STEP_POLL = 16;
export const STEP_COUNT = 20;
/** Step of a full poll that sets the mode again. */
export const STEP_MODE_AGAIN = 24;
/** Where a short and a full poll end; a full one ends with the script. */
export const POLL_SHORT = 21;
export const POLL_FULL = 27;

/** Stores for SMS by place, two letters each (27.005 3.1): the SIM, the modem's own memory, both. */
const STORES = 'SMMEMT';
export const STORE_COUNT = 3;

/** RADIO_ codes by <AcT> (27.007 7.3), a digit each. */
const RADIOS = '2232333424555';

/** The kind whose name `text` holds; KIND_GENERIC: none. */
export function kindIn(text: string): number {
  if (holds(text, SIM800_NAME)) return KIND_SIM800;
  if (holds(text, A7670_NAME)) return KIND_A7670;
  return holds(text, SIM7600_NAME) ? KIND_SIM7600 : KIND_GENERIC;
}

/** Whether `line` says, of whatever kind, that the modem has just started. */
export function isReadyLine(line: string): boolean {
  return holds(SIM800_READY_LINES + A7670_READY_LINES + SIM7600_READY_LINES, '|' + line + '|');
}

/** Name of a store. */
export function storeName(store: number): string {
  return STORES.substr(2 * store, 2);
}

/** RADIO_ code of <AcT>, -1 for none. */
export function radioOf(kind: number, act: number): number {
  return kind === KIND_SIM800 ? SIM800_RADIO : parseInt(RADIOS.charAt(act), 10) || RADIO_UNKNOWN;
}

/**
 * Command of a step; '' when the kind does without. By step: the start-up, then a poll, short or full. A full one also
 * sets up again what a modem that restarted without a word has lost. $ stands for what the modem offers: a store, a
 * mode of AT+CNMI.
 */
export function commandOf(kind: number, step: number): string {
  const script =
    'ATQ0V1|ATE0|AT+CMEE=1|AT+CGMM|ATI|AT+CPIN?|AT+CREG=1|AT+CREG?|AT+CLTS=1|AT+CTZU=1|AT+CTZR=1|AT+CMGF=0|' +
    'AT+CPMS=?|AT+CPMS=$,$,$|AT+CNMI=?|AT+CNMI=$,1,0,0,0|' +
    'AT+CREG?|AT+CEREG?|AT+CGREG?|AT+CSQ|AT+CPMS?|' +
    'AT+COPS?|AT+CBC|AT+CCLK?|AT+CMGF=0|AT+CPMS=$,$,$|AT+CNMI=$,1,0,0,0|';
  let at = 0;
  for (let i = 0; i < step; i++) at = script.indexOf('|', at) + 1;
  const command = script.substring(at, script.indexOf('|', at));
  if (kind === KIND_GENERIC) return command;
  const without = kind === KIND_SIM800 ? SIM800_WITHOUT : kind === KIND_A7670 ? A7670_WITHOUT : SIM7600_WITHOUT;
  return holds(without, '|' + command + '|') ? '' : command;
}
