// What answers on a port, looked at without changing it: an HSM's console, the interpreter's prompt, or neither. A
// console is asked first, because the prompt's Ctrl-C would do nothing to it and a console's commands do nothing at a
// prompt.
import { fail } from '../../protocol/errors';
import { COLD_COMMANDS, HOT_COMMANDS, createConsoleClient, lineOf } from '../../host/operator';
import type { Runtime } from '../../host/kit/runtime';
import { probeInterpreter } from '../flash/prompt/probe';
import { findPrompt } from '../flash/prompt/prompt';
import type { OpenPort } from '../serial/open';

/** An HSM-Cold that derives a batch or runs on a slow interpreter takes seconds to answer. */
const CONSOLE_MS = 12_000;

export interface BoardView {
  kind: 'console' | 'prompt';
  /** `cold` or `hot`; undefined at a prompt. */
  role?: 'cold' | 'hot';
  board: string;
  commit?: string;
  interpreter: string;
  /** Lines of `status`, and on HSM-Cold of `modem`, `flash`, `noise` and `log`. */
  lines: string[];
  freeVariables?: number;
}

/** Undefined where no console of ours answers; an interpreter's prompt is told at once by its complaint. */
async function viewConsole(port: OpenPort, runtime: Runtime): Promise<BoardView | undefined> {
  let notOurs: (() => void) | undefined;
  const client = createConsoleClient({
    port,
    onLine: (line) => {
      if (/Uncaught|is not defined/.test(line)) notOurs?.();
    },
  });
  const ask = (command?: string): Promise<string[] | undefined> =>
    new Promise((resolve) => {
      const timer = runtime.after(CONSOLE_MS, () => resolve(undefined));
      const end = (lines?: string[]): void => {
        timer.cancel();
        resolve(lines);
      };
      notOurs = () => end();
      (command === undefined ? client.cancel().then(() => []) : client.run(command)).then(end, () => end());
    });
  const lines = (await ask()) && (await ask('status'));
  const about = lineOf(COLD_COMMANDS.status.lines.board, lines ?? []);
  if (!lines || !about) return undefined;
  const role = lineOf(HOT_COMMANDS.status.lines.boots, lines) ? 'hot' : 'cold';
  for (const command of role === 'cold' ? ['modem', 'flash', 'noise', 'log'] : [])
    lines.push(...((await ask(command)) ?? []));
  return { kind: 'console', role, ...about, lines };
}

/** Throws what reaching a prompt throws when neither answers. */
export async function viewBoard(port: OpenPort, runtime: Runtime): Promise<BoardView> {
  const view = await viewConsole(port, runtime);
  if (view) return view;
  const prompt = await findPrompt(port, runtime, { ...(port.baud ? { baud: port.baud } : {}), tries: 2 });
  const interpreter = await probeInterpreter(prompt).catch(() => undefined);
  if (!interpreter) throw fail('not-espruino', 'what answers is neither an HSM nor an Espruino');
  return {
    kind: 'prompt',
    board: interpreter.espruinoBoard,
    interpreter: interpreter.version,
    lines: [],
    freeVariables: interpreter.totalVariables,
  };
}
