// Opens HSM-Cold's console for an operator's command and closes everything in the end.
import { createConsoleClient, type ConsoleClient } from '../../host/operator';
import { realRuntime, type Runtime } from '../../host/kit/runtime';
import { fail } from '../../protocol/errors';
import { createPeople, type People } from '../console/people';
import { choosePort } from '../serial/list';
import { aBaud, DEFAULT_BAUD, openPort } from '../serial/open';
import { explainEnd } from '../serial/open-errors';
import type { CommandInput, Flag } from '../cli/command';
import { createTranscript, type Transcript } from './transcript';

/** What all flows work with. */
export interface Desk {
  client: ConsoleClient;
  people: People;
  transcript: Transcript;
  nowMs(): number;
  random(lenBytes: number): Uint8Array;
  /** True when what `people` says goes to a terminal that knows colours. */
  hasColour?: boolean;
}

/** Flags that all operator's commands have. */
export const DESK_FLAGS: Record<string, Flag> = {
  port: { value: 'PORT', help: "HSM-Cold's console: device file, pty or tcp://HOST:PORT" },
  baud: { value: 'N', help: 'speed of the line', default: String(DEFAULT_BAUD) },
  transcript: { value: 'FILE', help: 'writes what was done, without secrets' },
};

/** A board that derives a batch or runs on a slow interpreter takes seconds to answer. */
const FIRST_ANSWER_MS = 20_000;

/**
 * Makes sure that a console of ours answers, with no question open, before anybody is asked anything. Throws
 * `no-console`.
 */
export async function aConsole(
  client: ConsoleClient,
  runtime: Runtime,
  heard: () => string,
  limitMs = FIRST_ANSWER_MS,
): Promise<void> {
  const isAnswered = await new Promise<boolean>((resolve, reject) => {
    const timer = runtime.after(limitMs, () => resolve(false));
    const end = (act: () => void): void => {
      timer.cancel();
      act();
    };
    client
      .cancel()
      .then(() => client.run('status'))
      .then(
        () => end(() => resolve(true)),
        (error: Error) => end(() => reject(error)),
      );
  });
  if (isAnswered) return;
  if (/Uncaught/.test(heard()))
    throw fail(
      'no-console',
      'the board is at the interpreter\'s prompt and runs no image: flash one with "chaincloud flash"',
    );
  if (heard() === '')
    throw fail(
      'no-console',
      'nothing answers on this port: check cable, power and --port; "chaincloud doctor" tells more',
    );
  throw fail(
    'no-console',
    'what answers on this port is no HSM\'s console: check --port and --baud; "chaincloud doctor" tells more',
  );
}

/** Runs `work` at the board's console. Throws `no-console`, `port-gone`, and what `work` does. */
export async function atDesk(input: CommandInput, work: (desk: Desk) => Promise<void>): Promise<number> {
  const runtime = realRuntime();
  const port = await openPort(await choosePort(input.values.port), aBaud(input.values.baud));
  const people = createPeople();
  // What it says first tells what it is; after that nothing is kept.
  let heard: string | undefined = '';
  const client = createConsoleClient({
    port,
    onLine: (line) => void (heard = heard === undefined ? undefined : `${heard}${line}\n`),
  });
  try {
    await aConsole(client, runtime, () => heard ?? '');
    heard = undefined;
    await work({
      client,
      people,
      transcript: createTranscript(input.values.transcript, runtime.nowMs),
      nowMs: runtime.nowMs,
      random: runtime.random,
      hasColour: process.stdout.isTTY === true,
    });
    return 0;
  } catch (error) {
    throw explainEnd(port.name, error);
  } finally {
    people.close();
    client.close();
  }
}

/** A second board's console, when the flag names one. */
export async function openHot(name: string | undefined): Promise<ConsoleClient | undefined> {
  return name === undefined ? undefined : createConsoleClient({ port: await openPort(name) });
}
