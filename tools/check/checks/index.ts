// All checks, in the order of their report: the quick ones first.
import type { Check } from '../check';
import { circles } from './circles';
import { constants } from './constants';
import { deadCode } from './dead-code';
import { lintChecks } from './lint';
import { packages } from './packages';
import { references } from './references';
import { siblings } from './siblings';

export const ALL_CHECKS: readonly Check[] = [
  circles,
  siblings,
  constants,
  references,
  packages,
  deadCode,
  ...lintChecks,
];
