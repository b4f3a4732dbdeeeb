// Every exception to a check, with its reason. An entry that is no longer needed fails the check too.
import type { Exception } from './check';

/** Folders that are lists of one kind, a file an entry: they grow with the list and read like one. */
export const LISTS: readonly Exception[] = [
  { file: 'firmware/cold/console/commands', name: '', reason: 'a file a command of the console' },
  { file: 'tools/bench', name: '', reason: 'a folder a suite of the benchmarks' },
  { file: 'tools/cli/commands', name: '', reason: 'a file a command of the command line' },
  { file: 'tools/doctor/checks', name: '', reason: 'a file a check of the doctor' },
];

const INVERSION = 'one loop over shared registers: parted, each round would pay calls and the depth of them';
const REALM = 'its text travels into a context of its own, where nothing outside it is known';

export const LONG_FUNCTIONS: readonly Exception[] = [
  { file: 'firmware/crypto/curve/inverse.ts', name: 'invert', reason: INVERSION },
  {
    file: 'firmware/crypto/hash/sha512-es5.ts',
    name: 'sha512Es5',
    reason: 'the rounds stand in one loop: calls cost time',
  },
  { file: 'host/sim/board/node/realm.ts', name: 'installRealm', reason: REALM },
];

export const COMPLEX_FUNCTIONS: readonly Exception[] = [
  { file: 'host/sim/board/node/realm.ts', name: 'mapInPlace', reason: 'the interpreter decides so much in one call' },
  { file: 'firmware/crypto/curve/inverse.ts', name: 'invert', reason: INVERSION },
  { file: 'firmware/cold/console/dispatch.ts', name: 'takeCommand', reason: 'generated: a branch a command' },
];

const MATRIX = 'two numbers and a matrix: an object a round would cost the device time and variables';

export const MANY_PARAMETERS: readonly Exception[] = [
  { file: 'firmware/crypto/curve/inverse.ts', name: 'combine', reason: MATRIX },
  { file: 'firmware/crypto/native/standin.ts', name: 'combineWords', reason: MATRIX },
  { file: 'firmware/crypto/hash/sha512-es5.ts', name: 'turns', reason: 'a word and three turns: 200 calls a block' },
];

/** Constants of one name that mean different facts; `file` is one of theirs. */
export const SAME_WORD: readonly Exception[] = [];
