// A modem that answers each command line from a table, for odd answers of public reports: what the simulated SIM800
// cannot be made to say. `answers`: the longest name that the command begins with counts; null is no answer at all.
import { createVirtualRuntime, type VirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import { runtimeClock } from '../../../host/modem/hal';
import { createModem, modemStatus, startModem } from '../../../firmware/modem/modem';
import { sendText } from '../../../firmware/modem/outbox';
import { createOutbox } from '../../../firmware/modem/outbox';
import type { ModemOptions, ModemSms, ModemStatus } from '../../../firmware/modem/types';
import type { Modem } from '../../../firmware/modem/state';

/** Made-up number, text `hellohello`. */
export const HELLO_PDU = '00040C918610325476980000621192215034230AE8329BFD4697D9EC37';
export const HELLO_LENGTH = HELLO_PDU.length / 2 - 1;
export const ADMIN = '+861099998888';
const CTRL_Z = 26;
const ESC = 27;

type Answer = string[] | null;
export interface Script {
  answers?: Record<string, Answer | ((command: string) => Answer)>;
  /** Lines of +CMGR, by place. */
  store?: Record<number, string[]>;
  isEchoing?: boolean;
  /** Time of each answer, default 1 ms. */
  delayMs?: number;
  /** No command is answered while it returns true. */
  isHung?: () => boolean;
  /** Answer to the PDU of AT+CMGS. */
  onPdu?: (pdu: string) => Answer;
  /** Asks for the PDU. */
  prompt?: string;
  driver?: Partial<ModemOptions>;
}

export interface Scripted {
  runtime: VirtualRuntime;
  modem: Modem;
  store: Record<number, string[]>;
  got: ModemSms[];
  events: string[];
  commands: string[];
  sent: string[];
  /** Says lines by itself. */
  lines(lines: string[]): void;
  status(): ModemStatus;
  /** Sends an alarm; the result is 'sent', an error's code, or 'open'. */
  alarm(): { result: string };
  run(ms: number): Promise<void>;
  count(command: string): number;
}

export function startScripted(script: Script = {}): Scripted {
  const runtime = createVirtualRuntime({ seed: 'scripted', startMs: Date.UTC(2026, 10, 29, 12), pace: 'fast' });
  const clock = runtimeClock(runtime);
  const store = { ...script.store };
  const places = (): string[] => Object.keys(store);
  const answers: NonNullable<Script['answers']> = {
    'AT+CGMM': ['SIMCOM_SIM800L', 'OK'],
    'AT+CPIN?': ['+CPIN: READY', 'OK'],
    'AT+CREG?': ['+CREG: 1,1', 'OK'],
    'AT+CSQ': ['+CSQ: 20,0', 'OK'],
    'AT+CPMS?': () => [`+CPMS: "SM",${places().length},20,"SM",0,20,"SM",0,20`, 'OK'],
    'AT+CPMS=': ['+CPMS: 0,20,0,20,0,20', 'OK'],
    'AT+COPS?': ['+COPS: 0,0,"TEST NET"', 'OK'],
    'AT+CBC': ['+CBC: 0,80,4012', 'OK'],
    'AT+CCLK?': ['+CCLK: "26/11/29,20:00:05+32"', 'OK'],
    'AT+CMGL=4': () => [
      ...places().flatMap((place) => [`+CMGL: ${place},1,"",27`, store[Number(place)].at(-1)!]),
      'OK',
    ],
    'AT+CMGR=': (command) => [...(store[Number(command.split('=')[1])] ?? []), 'OK'],
    'AT+CMGD=': (command) => {
      delete store[Number(command.split('=')[1])];
      return ['OK'];
    },
    ...script.answers,
  };
  const commands: string[] = [];
  const sent: string[] = [];
  let hear: (bytes: Uint8Array) => void = () => undefined;
  let typed = '';
  let isPrompting = false;
  const say = (text: string): void => void runtime.after(script.delayMs ?? 1, () => hear(Buffer.from(text, 'latin1')));
  const lines = (all: string[]): void => say(all.map((line) => `\r\n${line}\r\n`).join(''));

  function execute(command: string): void {
    commands.push(command);
    if (script.isHung?.()) return;
    if (script.isEchoing) say(`${command}\r`);
    if (command.startsWith('AT+CMGS=')) {
      isPrompting = true;
      return say(script.prompt ?? '\r\n> ');
    }
    const name = Object.keys(answers)
      .filter((key) => command.startsWith(key))
      .sort((a, b) => b.length - a.length)[0];
    const answer = name === undefined ? ['OK'] : answers[name]!;
    const all = typeof answer === 'function' ? answer(command) : answer;
    if (all) lines(all);
  }

  function type(octet: number): void {
    const character = String.fromCharCode(octet);
    if (octet === ESC) {
      typed = '';
      isPrompting = false;
    } else if (isPrompting && octet === CTRL_Z) {
      isPrompting = false;
      sent.push(typed);
      if (script.isEchoing) say(`${typed}\r\n`);
      const answer = script.onPdu ? script.onPdu(typed) : ['+CMGS: 7', 'OK'];
      typed = '';
      if (answer) lines(answer);
    } else if (!isPrompting && character === '\r') {
      const command = typed;
      typed = '';
      if (command) execute(command);
    } else typed += character;
  }

  const got: ModemSms[] = [];
  const events: string[] = [];
  const modem = createModem(
    { write: (bytes) => bytes.forEach(type), onData: (listener) => void (hear = listener) },
    createOutbox(clock, {
      onSms(sms, ack) {
        got.push(sms);
        ack();
      },
      onEvent: (name, value) => void events.push(`${name} ${value}`),
      ...script.driver,
    }),
  );
  startModem(modem);
  return {
    runtime,
    modem,
    store,
    got,
    events,
    commands,
    sent,
    lines,
    status: () => modemStatus(modem),
    alarm() {
      const outcome = { result: 'open' };
      const done = (error: { code: string } | null): void => void (outcome.result = error ? error.code : 'sent');
      sendText(modem.outbox, ADMIN, 'CC:ALARM:forgery:1:closed', done, true);
      return outcome;
    },
    run: (ms) => runtime.runFor(ms),
    count: (command) => commands.filter((one) => one === command).length,
  };
}

/** A message in the store as the manual's +CMGR shows it. */
export const HELLO = [`+CMGR: 0,"",${HELLO_LENGTH}`, HELLO_PDU];

/** A scripted modem whose start-up is over. */
export async function started(script: Script = {}): Promise<Scripted> {
  const it = startScripted(script);
  await it.run(20_000);
  return it;
}
