// Whether a board's modem has power enough: talks to the modem through the board at its prompt, wired as the board's
// data say, and watches its supply (AT+CBC) with the radio off and while it registers, which is when it draws its 2 A
// bursts, and on request while it sends an SMS. Low voltage warnings and restarts that nobody asked for are counted.
// Spec: SIM800 Series AT Command Manual 1.09 (+CBC, +CFUN, UNDER-VOLTAGE WARNNING), SIM800 hardware design 4.1.
import type { BoardData, PortData } from '../../../boards/board';
import { fail } from '../../../protocol/errors';
import { registrationIn, supplyIn } from '../../../firmware/modem/lines';
import { UNDER_VOLTAGE_MV } from '../../../host/modem/supply';
import { pause, type Runtime } from '../../../host/kit/runtime';
import { quote } from '../../flash/prompt/packets';
import type { BenchModem } from './bench-modem';
import { mendSpeed } from './modem-speed';
import type { Prompt } from '../../flash/prompt/prompt';

export interface ModemDips {
  /** Median with the radio off, and the lowest with it on. */
  restMv: number;
  lowestMv: number;
  warnings: number;
  restarts: number;
  isRegistered: boolean;
  /** Undefined where none was asked for. */
  isSmsSent?: boolean;
  /** Its speed, where that was not the board's: it is now. */
  wasBaud?: number;
}

/** A fall of more than this means a weak supply or thin wires. */
export const FALL_MV = 300;

const POLL_MS = 200;
const AT_ANSWER_MS = 3000;
const START_TRIES = 15;
const REST_SAMPLES = 5;
const REGISTER_MS = 40_000;
const AFTER_MS = 3000;
const SMS_MS = 60_000;
const TEXT = 'ChainCloud: test of the supply';
/** What a modem says when it has started. */
const STARTED = /(^|\n)(RDY|\*ATREADY: 1|Call Ready|NORMAL POWER DOWN|UNDER-VOLTAGE POWER DOWN)\r/g;

/** Opens the line to modem 0 on the board and runs its power sequence. Throws `no-modem` for a board that has none. */
async function openModem(
  prompt: Prompt,
  board: BoardData,
  runtime: Runtime,
  onText: (text: string) => void,
): Promise<BenchModem> {
  const port = board.ports.cold.modem0;
  if (!port?.tx)
    throw fail('no-modem', `${board.name} has no modem on pins of its own: name the board that this one is wired as`);
  await prompt.eval(
    `(global.$m="",${port.serial}.setup(${port.baud},{tx:${port.tx},rx:${port.rx}}),` +
      `${port.serial}.removeAllListeners("data"),` +
      `${port.serial}.on("data",function(d){$m=($m+d).substr(-1500);}),1)`,
  );
  for (const step of board.modem.on.split(';').filter((each) => each !== '')) {
    const [pin, level, waitMs] = step.split(/[=,]/);
    await prompt.eval(`(pinMode(${pin},"output"),digitalWrite(${pin},${level}),1)`);
    await pause(runtime, Number(waitMs));
  }
  const read = async (): Promise<string> => {
    await pause(runtime, POLL_MS);
    const text = String((await prompt.eval('(function(){var t=$m;$m="";return t;}())')) ?? '');
    onText(text);
    return text;
  };
  return {
    async ask(line, end = /\r\n(OK|ERROR|\+CM[ES] ERROR: .*)\r\n/, limitMs = AT_ANSWER_MS) {
      await prompt.eval(`${port.serial}.write(${quote(line)})`);
      let text = '';
      for (let waited = 0; waited < limitMs; waited += POLL_MS) {
        text += await read();
        if (end.test(text)) return text;
      }
      return '';
    },
    async wait(ms) {
      let text = '';
      for (let waited = 0; waited < ms; waited += POLL_MS) text += await read();
      return text;
    },
    async setBaud(baud) {
      await prompt.eval(`(${port.serial}.setup(${baud},{tx:${port.tx},rx:${port.rx}}),$m="",1)`);
    },
    async close() {
      await prompt.eval(`(${port.serial}.removeAllListeners("data"),delete global.$m,1)`);
    },
  };
}

async function supplyOf(modem: BenchModem): Promise<number | undefined> {
  const line = /\+CBC: [^\r]*/.exec(await modem.ask('AT+CBC\r'))?.[0];
  return (line && supplyIn(line)) || undefined;
}

/**
 * Waits until the modem answers; one of another speed is set to the board's. Returns its speed before that. Throws
 * `modem-silent`, `modem-speed`.
 */
async function waitForModem(modem: BenchModem, { baud, serial }: PortData): Promise<number | undefined> {
  for (let i = 0; i < START_TRIES; i++) if ((await modem.ask('AT\r')) !== '') return undefined;
  const was = await mendSpeed(modem, baud);
  if (was !== undefined) return was;
  throw fail(
    'modem-silent',
    `no modem answers on ${serial} at any speed: check its supply (4 V, 2 A peaks), ground, and that TX and RX are ` +
      'crossed',
  );
}

/**
 * Measures. smsTo: a phone that gets a text, paid by the board's SIM. also: what else is asked of the modem, while its
 * radio is as it came up. Throws `no-modem`, `modem-silent`, `modem-speed`, and what a prompt throws. Leaves the modem
 * registered and its line without listener.
 */
export async function measureDips(
  prompt: Prompt,
  board: BoardData,
  runtime: Runtime,
  smsTo?: string,
  also?: (modem: BenchModem) => Promise<void>,
): Promise<ModemDips> {
  const dips: ModemDips = { restMv: 0, lowestMv: Infinity, warnings: 0, restarts: 0, isRegistered: false };
  let isCounting = false;
  const modem = await openModem(prompt, board, runtime, (text) => {
    dips.warnings += text.split('UNDER-VOLTAGE WARN').length - 1;
    if (isCounting) dips.restarts += [...text.matchAll(STARTED)].filter((match) => match[2] !== 'Call Ready').length;
  });
  try {
    const wasBaud = await waitForModem(modem, board.ports.cold.modem0!);
    if (wasBaud !== undefined) dips.wasBaud = wasBaud;
    await modem.ask('ATE0\r');
    await also?.(modem);
    await modem.wait(AFTER_MS);
    await modem.ask('AT+CFUN=0\r', undefined, 10_000);
    isCounting = true;
    const rest: number[] = [];
    for (let i = 0; i < REST_SAMPLES; i++) rest.push((await supplyOf(modem)) ?? 0);
    dips.restMv = rest.sort((a, b) => a - b)[REST_SAMPLES >> 1]!;
    const sample = async (): Promise<void> => {
      dips.lowestMv = Math.min(dips.lowestMv, (await supplyOf(modem)) ?? Infinity);
    };
    await modem.ask('AT+CFUN=1\r', undefined, 10_000);
    const untilMs = runtime.nowMs() + REGISTER_MS;
    for (let settledMs = Infinity; runtime.nowMs() < Math.min(untilMs, settledMs);) {
      await sample();
      const registration = /\+CREG: [^\r]*/.exec(await modem.ask('AT+CREG?\r'))?.[0];
      dips.isRegistered = registration !== undefined && registrationIn(registration) === 1;
      if (dips.isRegistered && settledMs === Infinity) settledMs = runtime.nowMs() + AFTER_MS;
    }
    if (smsTo !== undefined && dips.isRegistered) {
      await modem.ask('AT+CMGF=1\r');
      await modem.ask(`AT+CMGS="${smsTo}"\r`, /> $/);
      dips.isSmsSent = /\+CMGS: /.test(await modem.ask(`${TEXT}\x1a`, undefined, SMS_MS));
      await sample();
      await modem.ask('AT+CMGF=0\r');
    }
    if (dips.lowestMv === Infinity) dips.lowestMv = 0;
    return dips;
  } finally {
    await modem.close().catch(() => undefined);
  }
}

/** What the figures mean, in sentences with what to do; empty where all is well. */
export function judgeDips(dips: ModemDips): string[] {
  const found: string[] = [];
  const todo =
    'give the modem a supply of its own (4.0 V, 2 A), short thick wires, and 1000 uF with low ESR at its pins';
  if (dips.restarts > 0)
    found.push(`the modem restarted by itself ${dips.restarts} time(s) while it transmitted: ${todo}`);
  if (dips.warnings > 0) found.push(`the modem warned of low voltage ${dips.warnings} time(s): ${todo}`);
  if (dips.restMv > 0 && dips.restMv < UNDER_VOLTAGE_MV)
    found.push(`${dips.restMv} mV with the radio off is too little: set its regulator to 4.0 V`);
  else if (dips.lowestMv > 0 && dips.lowestMv < UNDER_VOLTAGE_MV)
    found.push(`the supply falls to ${dips.lowestMv} mV on air: ${todo}`);
  else if (dips.lowestMv > 0 && dips.restMv - dips.lowestMv > FALL_MV)
    found.push(`the supply falls by ${dips.restMv - dips.lowestMv} mV on air: ${todo}`);
  if (!dips.isRegistered)
    found.push('the modem did not register: check SIM, antenna and whether the operator still runs 2G');
  if (dips.isSmsSent === false)
    found.push("the SMS was not taken by the network: check the SIM's credit and the number");
  return found;
}
