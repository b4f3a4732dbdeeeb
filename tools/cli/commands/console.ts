// `chaincloud console`: a terminal for both boards, on a port, a pty or a running simulator; a listener on the link and
// modem lines; a player of captures.
import { createInterface } from 'node:readline';
import { BUILT_FIRMWARE, ROOT } from '../../../host/kit/package';
import { fail } from '../../../protocol/errors';
import { pause, realRuntime, type Runtime } from '../../../host/kit/runtime';
import { createConsoleClient } from '../../../host/operator';
import { createCapture, readCapture } from '../../console/capture';
import { complete } from '../../console/commands';
import { createLinkView, readLinkKey } from '../../console/link-view';
import { createPeople } from '../../console/people';
import { createSession, type CommandAnswer, type Session } from '../../console/session';
import { createLearningMapper, createStackMapper, type StackMapper } from '../../console/stack';
import {
  createReader,
  formatEntry,
  isShown,
  LEVELS,
  type Direction,
  type Level,
  type LineKind,
  type TrafficEntry,
} from '../../console/traffic';
import { aConsole } from '../../operator/desk';
import { explainEnd } from '../../serial/open-errors';
import { choosePort } from '../../serial/list';
import { aBaud, DEFAULT_BAUD, openPort, type OpenPort } from '../../serial/open';
import type { Command, CommandInput } from '../command';
import { stopSignal } from '../stop-signal';

function aLevel(text: string): Level {
  if (!LEVELS.includes(text as Level)) throw fail('usage', `"--level" expected ${LEVELS.join(', ')}, got ${text}`);
  return text as Level;
}

function print(entry: TrafficEntry, isJson: boolean): void {
  process.stdout.write(isJson ? `${JSON.stringify(entry)}\n` : `${formatEntry(entry)}\n`);
}

function printAnswer(answer: CommandAnswer, isJson: boolean, isEchoed: boolean): void {
  if (isJson) return void process.stdout.write(`${JSON.stringify(answer)}\n`);
  if (!isEchoed) for (const line of answer.lines) process.stdout.write(`${line}\n`);
  for (const finding of answer.findings) process.stdout.write(`${finding.ok ? 'ok  ' : '!!  '}${finding.text}\n`);
  if (answer.error) process.stdout.write(`refused: ${answer.error.message} (${answer.error.code})\n`);
}

/** Listens on one wire of a line, or on both: what the board says on `port`, what it is told on `--other`. */
async function listen(
  input: CommandInput,
  port: OpenPort,
  kind: Exclude<LineKind, 'console'>,
  show: (entry: TrafficEntry) => void,
): Promise<number> {
  const key = input.values['link-key'] === undefined ? undefined : readLinkKey(input.values['link-key']);
  const other =
    input.values.other === undefined ? undefined : await openPort(input.values.other, aBaud(input.values.baud));
  const view = kind === 'link' ? createLinkView(show, key) : undefined;
  const hear = (from: OpenPort, direction: Direction): Promise<number> => {
    const reader = kind === 'link' ? undefined : createReader(kind, direction, show);
    from.onData((bytes) => (view ? view.take(direction, bytes, Date.now()) : reader!(bytes, Date.now())));
    return new Promise((resolve) => from.onClose(() => resolve(1)));
  };
  const ends = [stopSignal().then(() => 0), hear(port, 'in'), ...(other ? [hear(other, 'out')] : [])];
  return Promise.race(ends).finally(() => other?.close());
}

/** Nobody stands by a script: it hears of a board that has said nothing for so long. */
const SILENCE_MS = 60_000;

/** Settles as a refusal when nothing was heard for SILENCE_MS, from now on. */
async function silence(runtime: Runtime, command: string, heardAtMs: () => number): Promise<CommandAnswer> {
  const startMs = runtime.nowMs();
  for (let left = SILENCE_MS; left > 0; left = Math.max(startMs, heardAtMs()) + SILENCE_MS - runtime.nowMs())
    await pause(runtime, left);
  return {
    command,
    ok: false,
    lines: [],
    findings: [],
    error: {
      code: 'board-silent',
      message: 'the board says nothing: check cable, power and --port; "chaincloud doctor" tells more',
    },
  };
}

/** Lines typed by a person, with completion; ends at `quit`, Ctrl-C or the end of the input. */
async function typed(run: (line: string) => Promise<boolean>): Promise<number> {
  if (process.stdin.isTTY !== true) {
    for await (const line of createInterface({ input: process.stdin })) {
      if (line.trim() === 'quit') break;
      if (line.trim() !== '' && !(await run(line))) return 1;
    }
    return 0;
  }
  for (;;) {
    const rl = createInterface({ input: process.stdin, output: process.stdout, completer: complete, prompt: 'hsm> ' });
    const line = await new Promise<string | undefined>((resolve) => {
      rl.once('line', resolve);
      rl.once('close', () => resolve(undefined));
      rl.once('SIGINT', () => resolve(undefined));
      rl.prompt();
    });
    rl.removeAllListeners('close');
    rl.close();
    if (line === undefined || line.trim() === 'quit') return 0;
    if (line.trim() !== '' && !(await run(line))) return 1;
  }
}

/** What the flags ask for. Throws `usage`. */
interface Wanted {
  level: Level;
  isJson: boolean;
  kind: LineKind;
  /** Commands to run without a person. */
  batch: string[] | undefined;
}

function wantedOf(input: CommandInput): Wanted {
  const level = aLevel(input.values.level!);
  const kind = input.values.as as LineKind;
  if (!['console', 'link', 'modem'].includes(kind))
    throw fail('usage', `"--as" expected console, link or modem, got ${kind}`);
  if (kind !== 'link' && input.values['link-key'] !== undefined)
    throw fail('usage', '"--link-key" goes with --as link');
  return {
    level,
    isJson: input.switches.json === true,
    kind,
    batch: input.values.run?.split(';').filter((each) => each.trim() !== ''),
  };
}

/** Shows a capture again. */
function replay(file: string, level: Level, isJson: boolean): number {
  for (const entry of readCapture(file)) if (isShown(entry.level, level)) print(entry, isJson);
  return 0;
}

/** A board's console at a terminal: what it says is shown and kept, lines that are typed or given go to it. */
class Terminal {
  private readonly runtime = realRuntime();
  private readonly people = createPeople(process.stdin, process.stderr);
  private readonly capture =
    this.input.values.capture === undefined
      ? undefined
      : createCapture(this.input.values.capture, this.port.name, this.runtime.nowMs());
  private heardAtMs = this.runtime.nowMs();

  constructor(
    private readonly input: CommandInput,
    private readonly port: OpenPort,
    private readonly wanted: Wanted,
    private readonly mapStack: StackMapper,
  ) {}

  private readonly show = (entry: TrafficEntry): void => {
    const { isJson, kind, batch, level } = this.wanted;
    if (entry.direction === 'in') this.heardAtMs = this.runtime.nowMs();
    this.capture?.add(entry);
    if (!(isJson && kind === 'console') && batch === undefined && isShown(entry.level, level)) print(entry, isJson);
  };

  /** Runs one line; `level NAME` is this terminal's own. True when all is well. */
  private async one(session: Session, line: string): Promise<boolean> {
    const { isJson, batch } = this.wanted;
    const set = /^level (\w+)$/.exec(line.trim());
    if (set) {
      this.wanted.level = aLevel(set[1]);
      return true;
    }
    const answer = await (batch
      ? Promise.race([session.run(line), silence(this.runtime, line, () => this.heardAtMs)])
      : session.run(line));
    printAnswer(answer, isJson, !batch && answer.command !== 'help');
    if (answer.error?.code === 'console-closed') throw explainEnd(this.port.name, answer.error);
    return answer.ok;
  }

  /** Nobody sees that a GPS or a modem answers a script: it is told before the first command. Throws `no-console`. */
  private async requireConsole(): Promise<void> {
    let heard = '';
    const client = createConsoleClient({ port: this.port, onLine: (line) => void (heard += `${line}\n`) });
    await aConsole(client, this.runtime, () => heard).catch((error) => {
      throw explainEnd(this.port.name, error);
    });
  }

  private async runBatch(session: Session, batch: string[]): Promise<number> {
    let isAllWell = true;
    for (const line of batch) isAllWell = (await this.one(session, line)) && isAllWell;
    return isAllWell ? 0 : 1;
  }

  /** Runs to the end of what is given or typed, or of the line; answers the exit code. */
  async run(): Promise<number> {
    const { kind, batch, isJson } = this.wanted;
    if (kind !== 'console') return listen(this.input, this.port, kind, this.show);
    if (batch) await this.requireConsole();
    const session = createSession({
      port: this.port,
      nowMs: this.runtime.nowMs,
      onEntry: this.show,
      askSecret: (question) => this.people.askSecret(question),
      mapStack: this.mapStack,
    });
    if (batch) return this.runBatch(session, batch);
    if (!isJson) process.stdout.write(`${this.port.name}: "help" lists the commands, "quit" leaves\n`);
    return typed(async (line) => {
      await this.one(session, line);
      return true;
    });
  }

  close(): void {
    this.people.close();
    this.capture?.close();
    this.port.close();
  }
}

export const consoleCommand: Command = {
  name: 'console',
  summary: "a terminal for the boards' consoles, with diagnostics",
  flags: {
    port: { value: 'PORT', help: 'device file, pty or tcp://HOST:PORT (a running simulator names one)' },
    baud: { value: 'N', help: 'speed of the line', default: String(DEFAULT_BAUD) },
    run: { value: 'COMMANDS', help: 'runs these commands, separated by ";", and ends: 0 when all is well' },
    as: {
      value: 'KIND',
      help: 'console; or only listen on a line: link (frames), modem (AT dialogue and SMS)',
      default: 'console',
    },
    other: { value: 'PORT', help: "with --as: the line's other direction, on a second adapter" },
    'link-key': {
      value: 'FILE',
      help:
        'with --as link: reads sealed frames by the link key, 64 hex digits in FILE; needs both ' +
        'directions from a handshake on',
    },
    level: { value: 'LEVEL', help: 'shows error, warn, info or debug and what is graver', default: 'info' },
    json: { help: 'one JSON object a line' },
    capture: { value: 'FILE', help: 'keeps what is seen, without secrets' },
    replay: { value: 'FILE', help: 'shows a capture again; needs no port' },
    image: {
      value: 'FILE',
      help:
        'image of the board, for stack traces in TypeScript lines (default: the built one of the board ' +
        'and commit that it says it runs)',
    },
  },
  async run(input) {
    if (input.values.replay !== undefined)
      return replay(input.values.replay, aLevel(input.values.level!), input.switches.json === true);
    const wanted = wantedOf(input);
    const { image } = input.values;
    const mapStack = image !== undefined ? createStackMapper(image, ROOT) : createLearningMapper(BUILT_FIRMWARE, ROOT);
    const port = await openPort(await choosePort(input.values.port), aBaud(input.values.baud));
    const terminal = new Terminal(input, port, wanted, mapStack);
    try {
      return await terminal.run();
    } finally {
      terminal.close();
    }
  },
};
