// Moods of the simulated SIM800: the odd answers that public reports and the manual tell of, each by name, and moods
// drawn at random from the same grammar. A mood changes what the modem says and what becomes of a command; what the
// modem does stays as it is. Spec: 3GPP TS 27.005 and 27.007 (optional fields), SIM800 Series AT Command Manual 1.09.
import type { Chance } from '../gsm/chance';

/** What becomes of a command: no answer; no answer to anything until a restart; a restart; an error. */
export type Meeting = 'mute' | 'hang' | 'restart' | 'ERROR' | { cme: number } | { cms: number };

export interface Mood {
  /** Asked at each command line; undefined: it is carried out. */
  meets?(command: string): Meeting | undefined;
  /** The lines that stand for one line of an answer to `command`, or of the modem's own. */
  says?(line: string, command: string | undefined): string[];
  /** Milliseconds that each answer takes longer. */
  delayMs?: number;
  /** ATE0 changes nothing. */
  isEchoing?: boolean;
}

export interface NamedMood {
  name: string;
  source: string;
  make(): Mood;
}

/** Commands that a driver can do without. */
const OPTIONAL = /^AT(E0|\+CGMM|I$|\+CMEE|\+C[GE]?REG|\+CLTS|\+CTZ|\+CPMS|\+CNMI|\+CSQ|\+COPS|\+CBC|\+CCLK)/;

/** A mood that changes lines of one name. */
function saying(name: string, change: (line: string) => string | string[]): () => Mood {
  return () => ({ says: (line) => (line.startsWith(`${name}:`) ? [change(line)].flat() : [line]) });
}

/** A mood in which commands of one kind meet something, always or for the first `times`. */
function meeting(pattern: RegExp, met: Meeting, times = Infinity): () => Mood {
  return () => {
    let count = 0;
    return { meets: (command) => (pattern.test(command) && count++ < times ? met : undefined) };
  };
}

/** A mood in which an answer lacks the line of one name, or its OK. */
function lacking(pattern: RegExp, line: RegExp): () => Mood {
  return () => ({ says: (text, command) => (command && pattern.test(command) && line.test(text) ? [] : [text]) });
}

const lastField = (line: string): string => line.slice(line.lastIndexOf(',') + 1);

const HEADS: NamedMood[] = [
  ['two fields', 'python-gsmmodem PR #27', (line: string) => `+CMGR: 0,${lastField(line)}`],
  ['one field', 'gammu at-sms', (line: string) => `+CMGR: ${lastField(line)}`],
  ['four fields', 'gammu at-sms', (line: string) => `+CMGR: 4,1,,${lastField(line)}`],
  ['name with a comma', '27.005 4.3', (line: string) => `+CMGR: 1,"Anna, B",${lastField(line)}`],
  ['no length', '27.005 4.3', () => '+CMGR: 1,"",'],
  ['line before the PDU', 'python-gsmmodem #40', (line: string) => [line, '^RSSI: 20']],
].map(([name, source, change]) => ({
  name: `+CMGR: ${name as string}`,
  source: source as string,
  make: saying('+CMGR', change as (line: string) => string | string[]),
}));

const NOTICES: NamedMood[] = [
  ['of another memory', 'serialport-gsm #92', () => '+CMTI: "ME",67'],
  ['without a place', 'T-SIM7600X #63', () => '+CMTI: ,-1'],
  ['with more fields', 'serialport-gsm #60', (line: string) => `${line},"MMS PUSH",2,1`],
  ['never', 'esphome #1015', () => []],
  ['three times', 'KEYVILBOARD #9', (line: string) => [line, line, line]],
].map(([name, source, change]) => ({
  name: `+CMTI ${name as string}`,
  source: source as string,
  make: saying('+CMTI', change as (line: string) => string | string[]),
}));

const REGISTRATION: NamedMood[] = [
  {
    name: '+CREG in mode 2',
    source: 'gammu at-creg-corner',
    make: saying('+CREG', (line) =>
      /,/.test(line) ? line.replace(/ \d,(\d).*/, ' 2,$1,"00C3","2F4A"') : `${line},"00C3","2F4A"`,
    ),
  },
  {
    name: '+CREG: SMS only',
    source: '27.007 7.2',
    make: saying('+CREG', (line) => line.replace(/1$/, '6')),
  },
  { name: '+CREG: nothing but OK', source: 'TinyGSM #503', make: saying('+CREG', () => []) },
  {
    name: '+CREG: 0 though registered',
    source: 'LilyGo-Modem-Series #247',
    make: saying('+CREG', (line) => line.replace(/\d$/, '0')),
  },
];

const VALUES: NamedMood[] = [
  {
    name: 'clock of 1980',
    source: 'ubxlib #244',
    make: () => ({
      says: (line) => (line.startsWith('*PSUTTZ') ? [] : [line.replace(/^\+CCLK: "[^,]*,/, '+CCLK: "80/01/06,')]),
    }),
  },
  {
    name: 'clock without a zone',
    source: '27.007 8.15',
    make: saying('+CCLK', (line) => line.replace(/[+-]\d\d"$/, '"')),
  },
  { name: 'supply in volts', source: 'TinyGSM A7670', make: saying('+CBC', () => '+CBC: 4.012V') },
  { name: 'operator unknown', source: '27.007 7.3', make: saying('+COPS', () => '+COPS: 0') },
  {
    name: 'one store only',
    source: '27.005 3.2.2',
    make: saying('+CPMS', (line) => line.split(',').slice(0, 3).join(',')),
  },
  {
    name: 'no spaces',
    source: 'gammu at-creg',
    make: () => ({ says: (line) => [line.replace(/^([+*][A-Z]+): /, '$1:')] }),
  },
];

const PLACES: NamedMood[] = [
  { name: 'a place that is never answered', source: 'serialport-gsm #60', make: meeting(/^AT\+CMGR=1$/, 'mute', 9) },
  { name: 'a place that hangs the modem', source: 'gammu #4 #89', make: meeting(/^AT\+CMGR=1$/, 'hang', 3) },
  { name: 'a place that restarts the modem', source: 'gammu #89', make: meeting(/^AT\+CMGR=1$/, 'restart', 5) },
  { name: 'a place that cannot be read', source: 'gammu #438', make: meeting(/^AT\+CMGR=1$/, { cms: 500 }) },
  { name: 'a deletion without an answer', source: 'gammu #19', make: meeting(/^AT\+CMGD=1$/, 'mute', 5) },
  { name: 'a deletion that is refused', source: 'gammu #438', make: meeting(/^AT\+CMGD=1$/, { cms: 500 }, 5) },
  { name: 'a list without an answer', source: 'gammu #89', make: meeting(/^AT\+CMGL/, 'mute') },
  { name: 'a list that is refused', source: 'gammu at-sms', make: meeting(/^AT\+CMGL/, 'ERROR') },
  { name: 'a list that is empty', source: 'esphome #1015', make: lacking(/^AT\+CMGL/, /^(\+CMGL|0)/) },
  { name: 'a message without OK', source: 'gammu #61', make: lacking(/^AT\+CMGR/, /^OK$/) },
];

const COMMANDS: NamedMood[] = [
  { name: 'refuses what is optional', source: 'TinyGSM client files', make: meeting(OPTIONAL, 'ERROR') },
  { name: 'never answers what is optional', source: 'serialport-gsm #60', make: meeting(OPTIONAL, 'mute') },
  { name: 'hangs at +CBC', source: 'LilyGo-Modem-Series #264', make: meeting(/^AT\+CBC/, 'hang') },
  { name: 'a SIM that is busy', source: 'sms-server #12', make: meeting(/^AT\+C(MGF|PMS|NMI)/, { cms: 314 }, 20) },
  { name: 'echoes for ever', source: 'python-gsmmodem #56', make: () => ({ isEchoing: true }) },
  { name: 'answers after three seconds', source: 'SIM800 manual: response times', make: () => ({ delayMs: 3000 }) },
  { name: 'answers after seven seconds', source: 'SIM800 manual: response times', make: () => ({ delayMs: 7000 }) },
];

const SENDING: NamedMood[] = [
  { name: 'no OK behind +CMGS', source: 'gammu #61 #420', make: lacking(/^AT\+CMGS/, /^OK$/) },
  { name: 'every other SMS fails', source: 'gammu #438', make: every(2, /^AT\+CMGS/, { cms: 500 }) },
  { name: 'every third SMS has no answer', source: 'gammu #420', make: every(3, /^AT\+CMGS/, 'mute') },
  { name: 'every third SMS restarts the modem', source: 'sixfab atcom #21', make: every(3, /^AT\+CMGS/, 'restart') },
  {
    name: 'errors in words',
    source: 'ubuntu, +CMS codes',
    make: () => {
      const fails = every(2, /^AT\+CMGS/, { cms: 332 })();
      return { ...fails, says: (line) => [line.replace(/^(\+CM[ES] ERROR): \d+$/, '$1: network timeout')] };
    },
  },
];

/** A mood in which one in so many commands of a kind meets something. */
function every(size: number, pattern: RegExp, met: Meeting): () => Mood {
  return () => {
    let count = 0;
    return { meets: (command) => (pattern.test(command) && ++count % size === 0 ? met : undefined) };
  };
}

/** Every mood with a name. */
export const MOODS: NamedMood[] = [
  ...HEADS,
  ...NOTICES,
  ...REGISTRATION,
  ...VALUES,
  ...PLACES,
  ...COMMANDS,
  ...SENDING,
];

/** Several moods at once: the first that meets a command decides, lines pass through all. */
export function blend(moods: Mood[]): Mood {
  const meeters = moods.filter((mood) => mood.meets);
  const sayers = moods.filter((mood) => mood.says);
  return {
    meets: (command) => meeters.map((mood) => mood.meets!(command)).find((met) => met !== undefined),
    says: sayers.length
      ? (line, command) => sayers.reduce((lines, mood) => lines.flatMap((one) => mood.says!(one, command)), [line])
      : undefined,
    delayMs: Math.max(0, ...moods.map((mood) => mood.delayMs ?? 0)),
    isEchoing: moods.some((mood) => mood.isEchoing),
  };
}

const MEETINGS: Meeting[] = [
  'mute',
  'mute',
  'hang',
  'restart',
  'ERROR',
  'ERROR',
  { cme: 100 },
  { cms: 500 },
  { cms: 314 },
];
const KINDS = [
  /^ATE0/,
  /^AT\+CMEE/,
  /^AT\+CPIN\?/,
  /^AT\+CREG=/,
  /^AT\+CREG\?/,
  /^AT\+C(LTS|TZ)/,
  /^AT\+C[GE]REG/,
  /^AT(\+CGMM|I$)/,
  /^AT\+CMGF/,
  /^AT\+CPMS=/,
  /^AT\+CPMS\?/,
  /^AT\+CNMI/,
  /^AT\+CSQ/,
  /^AT\+COPS/,
  /^AT\+CBC/,
  /^AT\+CCLK/,
  /^AT\+CMGL/,
  /^AT\+CMGR=[13]$/,
  /^AT\+CMGR/,
  /^AT\+CMGD=[12]$/,
  /^AT\+CMGD/,
];

/** A kind of command that meets something always, at times or for a while. */
function randomMeeting(chance: Chance): Mood {
  const pattern = KINDS[chance.between(0, KINDS.length - 1)];
  const met = MEETINGS[chance.between(0, MEETINGS.length - 1)];
  // A message that can never be deleted stays, and one that can never be read is lost: no driver can do more.
  const isAll = pattern.source.endsWith('CMGR') || pattern.source.includes('CMGD');
  const share = chance.happens(0.3) ? 1 : chance.between(5, 60) / 100;
  const times = isAll || chance.happens(0.5) ? chance.between(1, 12) : Infinity;
  let count = 0;
  return {
    meets: (command) => (pattern.test(command) && chance.happens(share) && count++ < times ? met : undefined),
  };
}

/** A mood of one to four named ones and of none to two faults of a kind of command. */
export function randomMood(chance: Chance): Mood {
  const named = Array.from({ length: chance.between(1, 4) }, () => MOODS[chance.between(0, MOODS.length - 1)]);
  const faults = Array.from({ length: chance.between(0, 2) }, () => randomMeeting(chance));
  return blend([...new Set(named)].map((mood) => mood.make()).concat(faults));
}
