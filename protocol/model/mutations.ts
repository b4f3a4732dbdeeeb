// What the adversary aims at to find the lack of a rule sooner, and what it finds. Any rule that is not named here is
// found without aiming.
import type { Aim } from './adversary/moves';
import type { Rule } from './rules';

const NO_OPERATORS: Aim = { 'the board is restored from words': 0, 'HSM-Hot is replaced': 0, 'V opens a channel': 0 };
const OLDER_FLASH: Aim = { 'the flash is written back': 3, 'any message': 3, unlock: 3 };

export const AIMS: { [rule in Rule]?: Aim } = {
  bookingNumbers: {
    ...NO_OPERATORS,
    "V's state is copied": 3,
    'V is restored': 5,
    'V polls': 3,
    'the flash is written back': 0,
  },
  challengeOfStart: {
    ...NO_OPERATORS,
    ...OLDER_FLASH,
    'the customer cancels': 3,
    'the oldest number is retired': 0,
  },
  witnessForReplacement: {
    ...NO_OPERATORS,
    ...OLDER_FLASH,
    'V is restored': 0,
    'a coin': 2,
    'a block': 0,
    'time passes': 0.3,
    'the oldest number is retired': 0,
  },
  witnessForVoid: { ...NO_OPERATORS, ...OLDER_FLASH, 'the customer cancels': 3 },
  voidAboveMark: { 'the oldest number is retired': 3, 'the customer cancels': 3, 'time passes': 2 },
};

/** Rules without which only the hacked V of another account does harm. */
export const OF_HACKED_V: Rule[] = ['originTag', 'ownAccountOnly', 'ownIncarnation'];
