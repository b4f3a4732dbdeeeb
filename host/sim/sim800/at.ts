// AT grammar of the simulated modem: what one command line says. Spec: ITU-T V.250 5.2-5.4, 3GPP TS 27.007 4.
// Leaves what a command does to the tables in general.ts, registration.ts and sms.ts.

export interface AtCommand {
  /** `+CMGF`, `E`, `&F`, upper case. */
  name: string;
  kind: 'exec' | 'read' | 'test' | 'set';
  /** Parameters as text, quotes taken off; undefined where nothing stood between the commas. */
  args: (string | undefined)[];
}

/** How a command ended, and what it said before. `afterMs` is the time it took. */
export interface AtAnswer {
  lines?: string[];
  result: 'OK' | 'ERROR' | { cme: number } | { cms: number } | 'NONE';
  afterMs?: number;
  /** Asks for data after `> `; called with what came before Ctrl-Z. */
  prompt?: (data: string) => AtAnswer;
}

export const OK: AtAnswer = { result: 'OK' };
export const ERROR: AtAnswer = { result: 'ERROR' };

/** Splits at `separator` outside of quotes. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [''];
  let isQuoted = false;
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    if (character === separator && !isQuoted) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function argsOf(text: string): (string | undefined)[] {
  return splitOutsideQuotes(text, ',').map((part) => {
    const trimmed = part.trim();
    if (trimmed === '') return undefined;
    return trimmed.startsWith('"') && trimmed.endsWith('"') && trimmed.length > 1 ? trimmed.slice(1, -1) : trimmed;
  });
}

function extended(text: string): AtCommand | null {
  const match = /^([+*^$][A-Z0-9]+)\s*(=\?|\?|=(.*))?$/is.exec(text.trim());
  if (!match) return null;
  const name = match[1].toUpperCase();
  if (match[2] === undefined) return { name, kind: 'exec', args: [] };
  if (match[2] === '?') return { name, kind: 'read', args: [] };
  if (match[2] === '=?') return { name, kind: 'test', args: [] };
  return { name, kind: 'set', args: argsOf(match[3]) };
}

/** The basic commands at the start of `text`, and what follows them. */
function basic(text: string): { command: AtCommand; rest: string } | null {
  const dial = /^D(.*)$/is.exec(text);
  if (dial) return { command: { name: 'D', kind: 'set', args: [dial[1]] }, rest: '' };
  const match = /^(&?[A-Z])(?:(=\?|\?)|=?(\d*))/i.exec(text);
  if (!match) return null;
  const kind = match[2] === '=?' ? 'test' : match[2] === '?' ? 'read' : 'exec';
  return {
    command: { name: match[1].toUpperCase(), kind, args: match[3] ? [match[3]] : [] },
    rest: text.slice(match[0].length),
  };
}

/**
 * The commands of a line without its CR. null when it does not begin with AT; an empty list for plain `AT`; 'bad'
 * otherwise.
 */
export function parseLine(line: string): AtCommand[] | 'bad' | null {
  const start = /^\s*at(.*)$/is.exec(line);
  if (!start) return null;
  const commands: AtCommand[] = [];
  let rest = start[1].trim();
  while (rest !== '') {
    if (/^[+*^$]/.test(rest)) {
      const [first, ...others] = splitOutsideQuotes(rest, ';');
      const command = extended(first);
      if (!command) return 'bad';
      commands.push(command);
      rest = others.join(';').trim();
    } else {
      const found = basic(rest);
      if (!found) return 'bad';
      commands.push(found.command);
      rest = found.rest.replace(/^[;\s]+/, '');
    }
  }
  return commands;
}

const CME_TEXT: { [code: number]: string } = {
  3: 'operation not allowed',
  4: 'operation not supported',
  10: 'SIM not inserted',
  11: 'SIM PIN required',
  12: 'SIM PUK required',
  14: 'SIM busy',
  16: 'incorrect password',
  30: 'no network service',
  50: 'Incorrect parameters',
  100: 'unknown',
  515: 'Please wait, init or command processing in progress.',
};
const CMS_TEXT: { [code: number]: string } = {
  302: 'operation not allowed',
  303: 'operation not supported',
  304: 'invalid PDU mode parameter',
  305: 'invalid text mode parameter',
  310: 'SIM not inserted',
  311: 'SIM PIN required',
  314: 'SIM busy',
  321: 'invalid memory index',
  322: 'memory full',
  330: 'SMSC address unknown',
  331: 'no network service',
  332: 'network timeout',
  500: 'unknown error',
};

/** The final result line (27.007 9.2, 27.005 3.2.5) under +CMEE `cmee` 0, 1 or 2. */
export function resultLine(result: Exclude<AtAnswer['result'], 'NONE'>, cmee: number): string {
  if (typeof result === 'string') return result;
  if (cmee === 0 && 'cme' in result) return 'ERROR';
  const [label, code, table] =
    'cme' in result ? (['+CME ERROR', result.cme, CME_TEXT] as const) : (['+CMS ERROR', result.cms, CMS_TEXT] as const);
  return `${label}: ${cmee === 2 ? (table[code] ?? 'unknown error') : code}`;
}
