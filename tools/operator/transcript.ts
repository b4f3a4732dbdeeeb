// What was done at a board, for the files of the people who were there: steps with their time, never a secret. What may
// be in it is given by name; there is no way to put a line of the console into it.
import * as fs from 'node:fs';

export interface TranscriptEntry {
  at: string;
  step: string;
  facts: { [name: string]: string | number };
}

export interface Transcript {
  note(step: string, facts?: { [name: string]: string | number }): void;
  entries(): TranscriptEntry[];
}

/** file: written anew after each step, so that it is there whenever the work stops; undefined = kept in memory. */
export function createTranscript(file: string | undefined, now: () => number): Transcript {
  const entries: TranscriptEntry[] = [];
  return {
    note(step, facts = {}) {
      entries.push({ at: new Date(now()).toISOString(), step, facts });
      if (file === undefined) return;
      fs.writeFileSync(`${file}.part`, `${JSON.stringify(entries, null, 2)}\n`);
      fs.renameSync(`${file}.part`, file);
    },
    entries: () => entries.slice(),
  };
}
