// The dialogue at the simulated modem's serial line: command lines with their echo, answers with their end, the prompt
// for data, and what a fault or a mood makes of them. Spec: SIM800 Series AT Command Manual 1.09; 3GPP TS 27.005 3.4
// (prompt). Leaves the commands to commands/, power and registration to modem.ts, mangled output to output.ts.
import type { Chance } from '../gsm/chance';
import { ERROR, OK, parseLine, resultLine, type AtAnswer, type AtCommand } from './at';
import { GENERAL } from './commands/general';
import type { Mood } from './moods';
import type { Output } from './output';
import { REGISTRATION } from './commands/registration';
import { SMS } from './commands/sms';
import type { AtTable, Sim800Core } from './state';
import type { Sim800, Sim800Faults } from './types';

const TABLE: AtTable = { ...GENERAL, ...REGISTRATION, ...SMS };
const BACKSPACE = 8;
const CR = 13;
const CTRL_Z = 0x1a;
const ESC = 0x1b;
const AT_LINE_MAX = 556;
const MAX_DATA = 1024;
/** Octets that wait for the end of a command; more than that are lost altogether. */
const MAX_BACKLOG = 4096;
/** Command lines that are remembered for tests. */
const MAX_SEEN = 20_000;
/** A modem that hangs restarts by itself after this time; before, when its power was off. */
const HANG_MS = 120_000;
/** URCs that may come in the middle of a response. */
const STRAY_URCS = ['RING', '+CIEV: 10,"46000","CMCC","CMCC", 0, 0', '+CUSD: 2', 'UNDER-VOLTAGE WARNNING', '+CREG: 1'];

export type NextFault = Parameters<Sim800['faultNext']>[1];

/** What a mood's meeting is as a fault; a hang is a state of its own. */
const FAULT_OF: { [met: string]: NextFault | undefined } = { mute: 'mute', restart: 'restart', ERROR: 'error' };

/** What the dialogue has of the modem around it. */
export interface DialogueOptions {
  core: Sim800Core;
  chance: Chance;
  output: Output;
  mood: Mood;
  faults(): Sim800Faults;
  /** Like runtime.after, forgotten when the power goes. */
  later(ms: number, fn: () => void): void;
}

export class Dialogue {
  private readonly core = this.options.core;
  private readonly chance = this.options.chance;
  private readonly output = this.options.output;
  private readonly mood = this.options.mood;
  private readonly scripted: { prefix: string; fault: NextFault }[] = [];
  private readonly seen: string[] = [];
  private isBusy = false;
  private isHung = false;
  /** The command whose answer is on its way. */
  private answering: string | undefined;
  /** What the mood adds to the time of its first answer. */
  private delayMs = 0;
  private line = '';
  private lastLine = '';
  private collect: ((data: string) => AtAnswer) | undefined;
  private data = '';
  private backlog: number[] = [];
  /** `restart-after`: runs when the command has had its effect, instead of the answer. */
  private afterCommand: (() => void) | undefined;

  constructor(private readonly options: DialogueOptions) {}

  /** Octets that came in. */
  hear(bytes: Uint8Array): void {
    if (this.isHung) return;
    this.backlog.push(...bytes);
    if (this.backlog.length > MAX_BACKLOG) this.backlog = [];
    this.drain();
  }

  /** The power is gone: what was under way is forgotten. */
  reset(): void {
    this.isBusy = this.isHung = false;
    this.line = this.data = '';
    this.backlog = [];
    this.collect = undefined;
  }

  /** The next command that begins with `prefix` meets this fault. */
  faultNext(prefix: string, fault: NextFault): void {
    this.scripted.push({ prefix, fault });
  }

  /** The command lines received, data left out. */
  commands(): string[] {
    return [...this.seen];
  }

  /** Writes a URC or a final response now, wherever the output stands. */
  say(text: string, command?: string): void {
    this.spoken(text, command).forEach((one) =>
      this.output.write(this.core.settings.verbose ? `\r\n${one}\r\n` : `${one}\r\n`),
    );
  }

  private spoken(text: string, command?: string): string[] {
    return this.mood.says?.(text, command) ?? [text];
  }

  private takeScripted(commandLine: string): NextFault | undefined {
    const at = this.scripted.findIndex(({ prefix }) => commandLine.toUpperCase().startsWith(prefix.toUpperCase()));
    return at < 0 ? undefined : this.scripted.splice(at, 1)[0].fault;
  }

  /** Gives an answer's lines and its end, then goes on with what has come in meanwhile. */
  private finish(answer: AtAnswer, next: () => void): void {
    const isInterrupted = this.chance.happens(this.options.faults().urc);
    const stray = STRAY_URCS[this.chance.between(0, STRAY_URCS.length - 1)];
    const urcAt = this.chance.between(0, answer.lines?.length ?? 0);
    if (this.afterCommand && !answer.prompt) {
      const now = this.afterCommand;
      this.afterCommand = undefined;
      return this.options.later(100, now);
    }
    const waitMs = (answer.afterMs ?? this.chance.between(5, 30)) + this.delayMs;
    this.delayMs = 0;
    this.options.later(waitMs, () => {
      answer.lines?.forEach((text, i) => {
        if (isInterrupted && i === urcAt) this.say(stray);
        for (const one of this.spoken(text, this.answering))
          this.output.write(i > 0 && !one.startsWith('+') ? `${one}\r\n` : `\r\n${one}\r\n`);
      });
      if (isInterrupted && urcAt === (answer.lines?.length ?? 0)) this.say(stray);
      if (answer.prompt) {
        this.collect = answer.prompt;
        this.data = '';
        this.output.write('\r\n> ');
        this.isBusy = false;
        this.drain();
      } else next();
    });
  }

  private end(answer: AtAnswer): void {
    if (answer.result !== 'NONE') {
      const text = resultLine(answer.result, this.core.settings.cmee);
      if (this.core.settings.verbose) this.say(text, this.answering);
      else this.output.write(answer.result === 'OK' ? '0\r' : answer.result === 'ERROR' ? '4\r' : `${text}\r\n`);
    }
    this.isBusy = false;
    this.drain();
  }

  private run(commands: AtCommand[], at: number): void {
    const command = commands[at];
    if (!command) return this.end(OK);
    const answer = (TABLE[command.name] ?? (() => ERROR))(this.core, command);
    this.finish(answer, () =>
      answer.result === 'OK' && at + 1 < commands.length ? this.run(commands, at + 1) : this.end(answer),
    );
  }

  private execute(commandLine: string): void {
    const commands = parseLine(commandLine);
    if (commands === null) return;
    this.seen.push(commandLine);
    if (this.seen.length > MAX_SEEN) this.seen.splice(0, MAX_SEEN / 2);
    this.isBusy = true;
    this.answering = commandLine;
    this.delayMs = this.mood.delayMs ?? 0;
    if (this.meetsFault(commandLine)) return;
    if (commands === 'bad') return this.finish(ERROR, () => this.end(ERROR));
    if (commands.length === 0) return this.finish(OK, () => this.end(OK));
    this.run(commands, 0);
  }

  /** Draws the faults of this command. True when one of them takes the place of the command itself. */
  private meetsFault(commandLine: string): boolean {
    const faults = this.options.faults();
    const met = this.mood.meets?.(commandLine);
    const fault = this.takeScripted(commandLine) ?? (typeof met === 'string' ? FAULT_OF[met] : met);
    if (met === 'hang') {
      this.isHung = true;
      this.options.later(HANG_MS, () => this.core.restart());
      return true;
    }
    const isMute = this.chance.happens(faults.mute);
    const isError = this.chance.happens(faults.error);
    const isRestart = this.chance.happens(faults.restart);
    if (this.chance.happens(faults.underVoltage)) this.say('UNDER-VOLTAGE WARNNING');
    if (fault === 'restart' || isRestart) this.options.later(5, () => this.core.restart());
    else if (fault === 'mute' || isMute) this.options.later(50, () => void (this.isBusy = false));
    else if (typeof fault === 'object') this.finish({ result: fault }, () => this.end({ result: fault }));
    else {
      if (fault === 'restart-after') this.afterCommand = () => this.core.restart();
      if (fault !== 'error' && !isError) return false;
      this.refuse(commandLine);
    }
    return true;
  }

  /** Ends a command in an error that it has no reason for. */
  private refuse(commandLine: string): void {
    const coded: AtAnswer = { result: commandLine.includes('+CM') ? { cms: 500 } : { cme: 100 } };
    this.finish(ERROR, () => this.end(this.chance.happens(0.5) ? ERROR : coded));
  }

  private typed(octet: number): void {
    const isEscape = octet === ESC;
    if (octet !== CTRL_Z && !isEscape) {
      if (this.core.settings.echo) this.output.write(String.fromCharCode(octet));
      if (this.data.length < MAX_DATA) this.data += String.fromCharCode(octet);
      return;
    }
    const use = this.collect!;
    this.collect = undefined;
    this.isBusy = true;
    if (isEscape) return this.finish(OK, () => this.end(OK));
    const answer = use(this.data);
    this.finish(answer, () => this.end(answer));
  }

  private character(octet: number): void {
    if (this.core.settings.echo || this.mood.isEchoing) this.output.write(String.fromCharCode(octet));
    if (octet === BACKSPACE) this.line = this.line.slice(0, -1);
    else if (octet === CR) {
      const commandLine = /^a\/$/i.test(this.line) ? this.lastLine : this.line.replace(/^[^]*?(?=at)/i, '');
      this.line = '';
      if (commandLine === '') return;
      this.lastLine = commandLine;
      this.execute(commandLine);
    } else if (octet >= 32 && this.line.length < AT_LINE_MAX) this.line += String.fromCharCode(octet);
  }

  private drain(): void {
    while (!this.isBusy && this.backlog.length > 0) {
      const octet = this.backlog.shift()!;
      if (this.collect) this.typed(octet);
      else this.character(octet);
    }
  }
}
