// Every exception to a check, with its reason. An entry that is no longer needed fails the check too.
import type { Exception } from './check';

/** Folders that are lists of one kind, a file an entry: they grow with the list and read like one. */
export const LISTS: readonly Exception[] = [
  { file: 'firmware/cold/console/commands', name: '', reason: 'a file a command of the console' },
  { file: 'tools/cli/commands', name: '', reason: 'a file a command of the command line' },
  { file: 'tools/doctor/checks', name: '', reason: 'a file a check of the doctor' },
];

export const LONG_FUNCTIONS: readonly Exception[] = [];

export const COMPLEX_FUNCTIONS: readonly Exception[] = [
  { file: 'firmware/cold/console/dispatch.ts', name: 'takeCommand', reason: 'generated: a branch a command' },
];

export const MANY_PARAMETERS: readonly Exception[] = [];

/** Constants of one name that mean different facts; `file` is one of theirs. */
export const SAME_WORD: readonly Exception[] = [];
