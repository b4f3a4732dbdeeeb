// Opens HSM-Cold's console for an operator's command and closes everything in the end.
import { createConsoleClient, type ConsoleClient } from '../../host/operator';
import { realRuntime } from '../../host/runtime';
import { createPeople } from '../console/people';
import { choosePort } from '../serial/list';
import { DEFAULT_BAUD, openPort } from '../serial/open';
import type { CommandInput, Flag } from '../cli/command';
import type { Desk } from './flows';
import { createTranscript } from './transcript';

/** Flags that all operator's commands have. */
export const DESK_FLAGS: Record<string, Flag> = {
  port: { value: 'PORT', help: "HSM-Cold's console: device file, pty or tcp://HOST:PORT" },
  baud: { value: 'N', help: 'speed of the line', default: String(DEFAULT_BAUD) },
  transcript: { value: 'FILE', help: 'writes what was done, without secrets' },
};

/** Runs `work` at the board's console. */
export async function atDesk(input: CommandInput, work: (desk: Desk) => Promise<void>): Promise<number> {
  const runtime = realRuntime();
  const port = await openPort(await choosePort(input.values.port), Number(input.values.baud));
  const people = createPeople();
  const client = createConsoleClient({ port });
  try {
    await work({ client, people, transcript: createTranscript(input.values.transcript, runtime.nowMs), nowMs: runtime.nowMs, random: runtime.random, hasColour: process.stdout.isTTY === true });
    return 0;
  } finally {
    people.close();
    client.close();
  }
}

/** A second board's console, when the flag names one. */
export async function openHot(name: string | undefined): Promise<ConsoleClient | undefined> {
  return name === undefined ? undefined : createConsoleClient({ port: await openPort(name) });
}
