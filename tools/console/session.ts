// A session at a board's console: commands go out, answers and the board's own news come in decoded, questions are put
// to the person without showing the answer, diagnostics end with a verdict. The board's line protocol is
// host/operator's.
import { createConsoleClient, verifyShown, type ConsoleClient } from '../../host/operator';
import type { BytePort } from '../../host/kit/byte-port';
import { COMMANDS, helpText, REFUSED } from './commands';
import { judge, type Finding } from './findings';
import { redact } from './redact';
import { levelOf, type Direction, type TrafficEntry } from './traffic';
import type { StackMapper } from './stack';

export interface SessionOptions {
  port: BytePort;
  nowMs(): number;
  onEntry(entry: TrafficEntry): void;
  /** Puts a question of the board to the person; undefined = nobody is there. */
  askSecret?: (question: string) => Promise<string>;
  mapStack?: StackMapper;
}

export interface CommandAnswer {
  command: string;
  ok: boolean;
  lines: string[];
  findings: Finding[];
  /** Code and text of a refusal. */
  error?: { code: string; message: string };
}

export interface Session {
  /** Runs one line of the person's. Never throws for what the board refuses. */
  run(line: string): Promise<CommandAnswer>;
  close(): void;
}

class ConsoleSession implements Session {
  private readonly client: ConsoleClient = createConsoleClient({
    port: this.options.port,
    onLine: (line) => this.entry('in', line),
  });

  constructor(private readonly options: SessionOptions) {}

  private entry(direction: Direction, text: string): void {
    const shown = redact(direction === 'in' && this.options.mapStack ? this.options.mapStack(text) : text);
    this.options.onEntry({
      at: this.options.nowMs(),
      kind: 'console',
      direction,
      level: levelOf('console', text),
      text: shown,
    });
  }

  private async ask(command: string): Promise<string[]> {
    this.entry('out', command);
    return this.client.run(command, (question) => this.options.askSecret?.(`${question}:`));
  }

  private async audit(words: string[]): Promise<Pick<CommandAnswer, 'lines' | 'findings'>> {
    const lines = await this.ask(`log ${words[1] ?? 0}`);
    const verdict = verifyShown(lines);
    const text = verdict.ok
      ? `${verdict.entries} entries, ${verdict.first} to ${verdict.last}: the chain of hashes holds`
      : verdict.faults.join('; ');
    return { lines, findings: [{ ok: verdict.ok, text }] };
  }

  private async diagnose(name: string): Promise<Pick<CommandAnswer, 'lines' | 'findings'>> {
    const command = COMMANDS.find((each) => each.name === name)!;
    const lines: string[] = [];
    for (const each of command.runs!) lines.push(...(await this.ask(each)));
    const picked = command.picks ? lines.filter((line) => command.picks!.test(line)) : lines;
    return { lines: picked, findings: judge(picked, Math.floor(this.options.nowMs() / 1000)) };
  }

  async run(line: string) {
    const words = line.trim().split(/\s+/);
    const name = words[0];
    if (REFUSED[name])
      return {
        command: name,
        ok: false,
        lines: [],
        findings: [],
        error: { code: 'refused-here', message: REFUSED[name] },
      };
    if (name === 'help') return { command: name, ok: true, lines: helpText(words[1]), findings: [] };
    try {
      const command = COMMANDS.find((each) => each.name === name);
      const isDiagnosis = command?.runs !== undefined && words.length === 1;
      const answer =
        name === 'audit'
          ? await this.audit(words)
          : isDiagnosis
            ? await this.diagnose(name)
            : { lines: await this.ask(line.trim()), findings: [] };
      return {
        command: redact(line.trim()),
        ok: answer.findings.every((finding) => finding.ok),
        lines: answer.lines.map(redact),
        findings: answer.findings,
      };
    } catch (error) {
      const { code = 'failed', message } = error as { code?: string; message: string };
      return {
        command: redact(line.trim()),
        ok: false,
        lines: [],
        findings: [],
        error: { code, message: redact(message.replace(`${code}: `, '')) },
      };
    }
  }

  close() {
    return this.client.close();
  }
}

export function createSession(options: SessionOptions): Session {
  return new ConsoleSession(options);
}
