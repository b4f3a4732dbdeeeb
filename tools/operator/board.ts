// The board as every flow meets it: what it says of itself, its PIN, unlocking, its clock.
import { COLD_COMMANDS, lineOf, setTime, status, unlock, type ConsoleClient } from '../../host/operator';
import { fail, type ErrorCode } from '../../protocol/errors';
import type { People } from '../console/people';
import type { Desk } from './desk';

const CLOCK_SLACK_S = 5;
const PIN_TRIES = 3;

/** The board's PIN, asked once and kept while a flow runs. */
export interface Pin {
  get(): Promise<string>;
  set(pin: string): void;
}

export function pinOf(people: People): Pin {
  let known: string | undefined;
  return {
    async get() {
      return (known ??= await people.askSecret('PIN:'));
    },
    set: (pin) => void (known = pin),
  };
}

export interface BoardStatus {
  state: string;
  board: string;
  commit: string;
  interpreter: string;
  time: number | undefined;
  link: string;
  /** How many phones of the platform alarms go to. */
  phones: number;
  lines: string[];
}

/** What HSM-Cold says of itself. Throws `not-hsm-cold`. */
export async function readStatus(client: ConsoleClient): Promise<BoardStatus> {
  const lines = await status(client);
  const forms = COLD_COMMANDS.status.lines;
  const about = lineOf(forms.board, lines);
  const state = lineOf(forms.state, lines)?.state;
  if (!about || state === undefined) throw fail('not-hsm-cold', 'what answers is no HSM-Cold console: check the port');
  const time = lineOf(forms.time, lines)?.unix_seconds;
  return {
    state,
    ...about,
    time: time === 'unset' ? undefined : time,
    link: lineOf(forms.link, lines)?.link ?? '',
    phones: lineOf(forms.phones, lines)?.count ?? 0,
    lines,
  };
}

/** Refuses a board that is not in a state that the flow can work with. */
export function requireHealthy(board: BoardStatus): void {
  if (!['factory', 'locked', 'unlocked'].includes(board.state)) {
    throw fail(
      board.state as ErrorCode,
      `the board reports a fault (${board.state}): run "chaincloud doctor", and restore it from the backup`,
    );
  }
}

/** Unlocks with a person: asks again after a wrong PIN, and tells what the board says about waiting. */
export async function unlockBoard(desk: Desk, pin: Pin): Promise<void> {
  const { client, people } = desk;
  for (let i = 0; i < PIN_TRIES; i++) {
    const given = await pin.get();
    try {
      await unlock(client, given);
      desk.transcript.note('unlocked');
      return;
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if ((code !== 'pin-wrong' && code !== 'pin-form') || i === PIN_TRIES - 1) throw error;
      people.say(`${message.replace(`${code}: `, '')}: try again`);
      pin.set(await people.askSecret('PIN:'));
    }
  }
}

/** Sets the board's clock from this machine's when it is behind; a clock ahead is told, since it cannot go back. */
export async function setClock(desk: Desk, pin: Pin): Promise<void> {
  const { time } = await readStatus(desk.client);
  const now = Math.floor(desk.nowMs() / 1000);
  if (time !== undefined && Math.abs(now - time) <= CLOCK_SLACK_S) return;
  if (time !== undefined && time > now) {
    desk.people.say(
      `The board's clock is ${time - now} s ahead of this machine's and never goes back: check this machine's clock.`,
    );
    return;
  }
  await setTime(desk.client, now, await pin.get());
  desk.transcript.note('clock set', { unix_seconds: now });
}
