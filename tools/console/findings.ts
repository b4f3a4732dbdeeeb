// Verdicts on what a board prints: what a person should know about the lines of `status`, `modem` and `flash`, each
// with what to do. The lines are read by their declared forms (host/operator).
import { DAY_SECONDS } from '../../protocol/time';
import { KIND_GENERIC, kindIn } from '../../firmware/modem/kinds/kinds';
import { SIM800_NAME } from '../../firmware/modem/kinds/sim800';
import { UNDER_VOLTAGE_MV } from '../../host/modem/supply';
import { EXTERNAL_RISK } from '../flash/prompt/probe';
import { COLD_COMMANDS, HOT_COMMANDS, lineOf, linesOf } from '../../host/operator';

export interface Finding {
  ok: boolean;
  text: string;
}

type Judge = (lines: readonly string[], nowS: number) => Finding[];

const STATUS = COLD_COMMANDS.status.lines;
const CLOCK_SLACK_S = 120;
const MEMORY_FULL = 0.9;
const JOURNAL_LOW_BYTES = 1024;
const SIGNAL_WEAK = 8;
const MODEM_OFF = 0;
const MODEM_STARTING = 1;
const { lines: MODEM, troubles: TROUBLES } = COLD_COMMANDS.modem;
/** The fault of a board whose radio is on; the line `radios` says which. */
const RADIO_ON = 'radio-on';

/** The fault of a board with fewer variables than its operations need. */
const MEMORY_SMALL = 'memory-small';

const bad = (text: string): Finding[] => [{ ok: false, text }];

/** Seconds in the largest fitting unit. */
function span(seconds: number): string {
  if (seconds < 7200) return `${seconds} s`;
  return seconds < 2 * DAY_SECONDS ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / DAY_SECONDS)} days`;
}

const hotState = (lines: readonly string[]) => lineOf(HOT_COMMANDS.status.lines.state, lines);

const state: Judge = (lines) => {
  const is = lineOf(STATUS.state, lines)?.state ?? hotState(lines)?.state;
  if (is === 'locked') return bad('the board is locked: run "chaincloud unlock"');
  if (is === 'factory') return bad('the board has no seed: run "chaincloud provision"');
  if (is === undefined || is === 'unlocked' || is === 'paired') return [];
  if (is === RADIO_ON) return [];
  if (is === MEMORY_SMALL)
    return bad('the board has too few variables, and does nothing: switch its radios off, or write another base');
  return bad(`the board reports ${is}: restore it from the backup`);
};

const clock: Judge = (lines, nowS) => {
  const time = lineOf(STATUS.time, lines)?.unix_seconds;
  if (time === 'unset') return bad('the clock is not set: run "chaincloud unlock"');
  if (time === undefined || Math.abs(time - nowS) <= CLOCK_SLACK_S) return [];
  const off = span(Math.abs(time - nowS));
  return bad(
    time > nowS
      ? `the clock is ${off} ahead of this machine's: check this machine's clock (a simulator keeps a time of its own)`
      : `the clock is ${off} behind this machine's: run "chaincloud unlock" (a simulator keeps a time of its own)`,
  );
};

const radios: Judge = (lines) => {
  const is = lineOf(STATUS.radios, lines)?.radios;
  if (is === undefined || is === 'off') return [];
  return bad(
    `a radio of the board is on (${is}), and it signs nothing: run "chaincloud flash --base DIR", which switches it ` +
      'off; keys and journal stay',
  );
};

const memory: Judge = (lines) => {
  const use = lineOf(STATUS.memory, lines);
  if (!use) return [];
  const found: Finding[] = use.place === 'external' ? [{ ok: true, text: EXTERNAL_RISK }] : [];
  if (use.used <= use.total * MEMORY_FULL) return found;
  return bad(`memory is nearly full (${use.used} of ${use.total} variables): restart the board and report this`);
};

const journal: Judge = (lines) => {
  const { flash } = COLD_COMMANDS;
  const is = lineOf(STATUS.journal, lines) ?? lineOf(flash.lines.journal, lines);
  if (!is || is.room_bytes >= JOURNAL_LOW_BYTES) return [];
  return [{ ok: true, text: `the journal has ${is.room_bytes} bytes left before it compacts itself` }];
};

const link: Judge = (lines) => {
  const is = lineOf(STATUS.link, lines)?.link ?? hotState(lines)?.link;
  if (is === 'unpaired') return bad('no link key: run "chaincloud provision --hot-port ..."');
  if (is !== 'down') return [];
  return bad('the link to the other board is down: check the cable between them and that both have the same link key');
};

const accounts: Judge = (lines) =>
  linesOf(STATUS.account, lines)
    .filter(({ standing }) => standing === 'closed')
    .flatMap(({ account, reason }) =>
      bad(`account ${account} is closed (${reason}): find out why, then "chaincloud unlock --reopen ${account}"`),
    );

/** What a modem says that it is, by its number: `-` where it has not said; undefined without its line. */
function modelOf(lines: readonly string[], index: number): string | undefined {
  return linesOf(MODEM.radio, lines).find((radio) => radio.index === index)?.model;
}

/** Why a modem that answers has no network, by what it needs. */
function networkWords(model: string | undefined): string {
  const need = model?.includes(SIM800_NAME) ? 'runs GSM (2G), which is all that a SIM800 has' : 'lets it use LTE';
  return `check SIM and antenna, and ask whether the operator still ${need}`;
}

const modems: Judge = (lines) =>
  linesOf(MODEM.modem, lines).flatMap((modem) => {
    const { index, rssi, state: at, supply_mv: supplyMv } = modem;
    return [
      ...(at === MODEM_OFF
        ? bad(`modem ${index} is off or does not answer: check its supply (2 A peaks) and its wires`)
        : at === MODEM_STARTING
          ? bad(
              `modem ${index} has not started: check its supply (2 A peaks), its wires, its speed, and that its SIM ` +
                'asks for no PIN',
            )
          : modem.registered === '0'
            ? bad(`modem ${index} is in no network: ${networkWords(modelOf(lines, index))}`)
            : []),
      ...(rssi < SIGNAL_WEAK ? bad(`modem ${index} has a weak signal (${rssi} of 31): move the antenna`) : []),
      ...(supplyMv > 0 && supplyMv < UNDER_VOLTAGE_MV
        ? bad(`modem ${index} has ${supplyMv} mV: it needs 3.7 to 4.2 V under load`)
        : []),
    ];
  });

/** A modem that cannot be counted on: one that takes no SMS, and one that no table knows. */
const modemKinds: Judge = (lines) =>
  linesOf(STATUS.modem, lines).flatMap(({ index, state: is }) => {
    const model = modelOf(lines, index);
    if (model === undefined) return [];
    const name = `modem ${index} (${model === '-' ? 'it does not say what it is' : model})`;
    if (is === 'no-sms') return bad(`no SMS-capable modem: ${name} ${TROUBLES['no-sms']}`);
    if (is === 'starting' || kindIn(model) !== KIND_GENERIC) return [];
    return [{ ok: true, text: `${name} ${TROUBLES['unknown-modem']}` }];
  });

/** The last trouble of a modem, in words. Its state now is judged beside it. */
const trouble: Judge = (lines) => {
  const texts = new Set([...linesOf(STATUS.trouble, lines), ...linesOf(MODEM.trouble, lines)].map(({ text }) => text));
  return [...texts].flatMap((text) => {
    const [, index, name, value, uptime] = /^modem (\d+) (\S+) (.*) at uptime (\d+)$/.exec(text) ?? [];
    const words = TROUBLES[name as keyof typeof TROUBLES] as string | undefined;
    if (words === undefined) return [];
    const told = value === '' || /^\d+$/.test(value) ? name : `${name} ${value}`;
    return [{ ok: true, text: `modem ${index} ${words} (${told}, at uptime ${uptime})` }];
  });
};

/** A SIM800 is heard where GSM is; a board should not depend on it alone. */
const radioTechnology: Judge = (lines) => {
  const models = linesOf(MODEM.radio, lines).map(({ model }) => model);
  if (models.length === 0 || !models.every((model) => model.includes(SIM800_NAME))) return [];
  return [
    {
      ok: true,
      text:
        'the board has no modem but a SIM800: GSM is being switched off by operators, alarms end with it; ' +
        'take a board with an A7670 (LTE), or ask the operator until when GSM is on',
    },
  ];
};

/** What a person should know about the lines, with what to do. nowS: this machine's clock. */
export function judge(lines: readonly string[], nowS: number): Finding[] {
  return [state, radios, clock, memory, journal, link, accounts, modems, modemKinds, trouble, radioTechnology].flatMap(
    (each) => each(lines, nowS),
  );
}
