// What can be typed at `chaincloud console`: the board's own commands with their help, diagnostics that put the board's
// lines into one picture with a verdict, and the tool's own words. Data and pure functions; session.ts runs them.

export interface ConsoleCommand {
  name: string;
  usage: string;
  help: string;
  /** Board commands that the word stands for; left out: it is the board's own. */
  runs?: string[];
  /** Lines of the answer that belong to it. */
  picks?: RegExp;
}

/** Words that lead to secrets on the screen have a tool of their own. */
export const REFUSED: { [name: string]: string } = {
  provision: 'use "chaincloud provision": it hides what is secret',
  restore: 'use "chaincloud restore": it hides what is secret',
};

export const COMMANDS: ConsoleCommand[] = [
  { name: 'status', usage: 'status', help: 'everything at a glance', runs: ['status'] },
  {
    name: 'modem',
    usage: 'modem',
    help: 'signal, registration, operator, supply, counters of each modem',
    runs: ['modem'],
  },
  {
    name: 'sms',
    usage: 'sms <+number>',
    help: 'sends a test message (asks for the PIN) and tells when the network took it',
  },
  { name: 'memory', usage: 'memory', help: 'variables in use', runs: ['memory'] },
  { name: 'flash', usage: 'flash', help: 'journal: records, room, writes, erases', runs: ['flash'] },
  { name: 'selftest', usage: 'selftest', help: 'known answers of every primitive', runs: ['selftest', 'noise'] },
  {
    name: 'clock',
    usage: 'clock',
    help: "the board's time against this machine's",
    runs: ['status'],
    picks: /^(time|uptime) /,
  },
  { name: 'link', usage: 'link', help: 'the line to the other board', runs: ['status'], picks: /^(link|state) / },
  { name: 'audit', usage: 'audit [from]', help: 'the audit log, its chain of hashes checked' },
  { name: 'bench', usage: 'bench', help: "the board's own benchmark", runs: ['bench'] },
  { name: 'unlock', usage: 'unlock', help: 'asks for the PIN' },
  { name: 'lock', usage: 'lock', help: 'forgets the keys until the next unlock' },
  { name: 'account', usage: 'account list|show <n>', help: 'accounts on the board' },
  { name: 'reopen', usage: 'reopen <n>', help: 'opens a closed account again (asks for the PIN)' },
  { name: 'time', usage: 'time <unix seconds> [force]', help: 'sets the clock forward (asks for the PIN)' },
  { name: 'service', usage: 'service', help: "restarts to the interpreter's prompt, for a new image" },
  { name: 'log', usage: 'log [from]', help: 'audit entries as the board keeps them' },
  { name: 'help', usage: 'help [word]', help: 'this list' },
  { name: 'level', usage: 'level error|warn|info|debug', help: 'how much is shown' },
  { name: 'quit', usage: 'quit', help: 'leaves the console; the board is not touched' },
];

/** Words that begin like the last word of `line`, and that word: what readline's completer answers. */
export function complete(line: string): [string[], string] {
  const words = COMMANDS.map((command) => command.name);
  const last = line.split(' ').pop() ?? '';
  const choices = line.includes(' ')
    ? line.startsWith('account ')
      ? ['list', 'show']
      : line.startsWith('level ')
        ? ['error', 'warn', 'info', 'debug']
        : line.startsWith('help ')
          ? words
          : []
    : words;
  const fitting = choices.filter((word) => word.startsWith(last));
  return [fitting.length ? fitting : choices, last];
}

export function helpText(word?: string): string[] {
  const found = word === undefined ? COMMANDS : COMMANDS.filter((command) => command.name === word);
  if (found.length === 0) return [`no command is called "${word}"`];
  return found.map((command) => `${command.usage.padEnd(28)} ${command.help}`);
}

export interface Finding {
  ok: boolean;
  text: string;
}

const CLOCK_SLACK_S = 120;

/** Seconds in the largest fitting unit. */
function span(seconds: number): string {
  if (seconds < 7200) return `${seconds} s`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

/**
 * What a person should know about the lines of `status`, `modem`, `flash`: verdicts with what to do. nowS: this
 * machine's clock.
 */
export function judge(lines: string[], nowS: number): Finding[] {
  const findings: Finding[] = [];
  const find = (pattern: RegExp): RegExpExecArray | null =>
    lines.map((line) => pattern.exec(line)).find((match) => match !== null) ?? null;
  const add = (ok: boolean, text: string): void => void findings.push({ ok, text });
  const state = find(/^state (\S+)/)?.[1];
  if (state === 'locked') add(false, 'the board is locked: run "chaincloud unlock"');
  else if (state === 'factory') add(false, 'the board has no seed: run "chaincloud provision"');
  else if (state !== undefined && state !== 'unlocked' && state !== 'paired')
    add(false, `the board reports ${state}: restore it from the backup`);
  const time = find(/^time (\S+)/)?.[1];
  if (time === 'unset') add(false, 'the clock is not set: run "chaincloud unlock"');
  else if (time !== undefined && Math.abs(Number(time) - nowS) > CLOCK_SLACK_S) {
    const isAhead = Number(time) > nowS;
    add(
      false,
      `the clock is ${span(Math.abs(Number(time) - nowS))} ${isAhead ? 'ahead of' : 'behind'} this machine's: ${isAhead ? "check this machine's clock" : 'run "chaincloud unlock"'} (a simulator keeps a time of its own)`,
    );
  }
  const memory = find(/^memory (\d+) of (\d+)/);
  if (memory && Number(memory[1]) > Number(memory[2]) * 0.9)
    add(false, `memory is nearly full (${memory[1]} of ${memory[2]} variables): restart the board and report this`);
  const journal = find(/^journal records \d+ room (\d+)/);
  if (journal && Number(journal[1]) < 1024)
    add(true, `the journal has ${journal[1]} bytes left before it compacts itself`);
  const link = find(/^link (\S+)/)?.[1] ?? find(/ link (up|down)$/)?.[1];
  if (link === 'down')
    add(
      false,
      'the link to the other board is down: check the cable between them and that both have the same link key',
    );
  if (link === 'unpaired') add(false, 'no link key: run "chaincloud provision --hot-port ..."');
  for (const line of lines) {
    const closed = /^account (\d+) closed (\S+)/.exec(line);
    if (closed)
      add(
        false,
        `account ${closed[1]} is closed (${closed[2]}): find out why, then "chaincloud unlock --reopen ${closed[1]}"`,
      );
    const modem = /^modem (\d+) state (\d) registered (\d) rssi (\d+) supply-mv (\d+)/.exec(line);
    if (!modem) continue;
    const [, n, modemState, registered, rssi, supply] = modem;
    if (modemState === '0')
      add(false, `modem ${n} is off or does not answer: check its supply (2 A peaks) and its wires`);
    else if (registered === '0')
      add(false, `modem ${n} is in no network: check SIM, antenna and whether the operator still runs 2G`);
    if (Number(rssi) < 8) add(false, `modem ${n} has a weak signal (${rssi} of 31): move the antenna`);
    if (Number(supply) > 0 && Number(supply) < 3500)
      add(false, `modem ${n} has ${supply} mV: it needs 3.7 to 4.2 V under load`);
  }
  return findings;
}
