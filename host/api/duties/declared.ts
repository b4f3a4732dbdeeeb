// The duties of the API, in the order in which one whole round does them. Each is independent of the others: docs of
// what happens when one fails are its `when` here, in metrics and in health.

export interface DeclaredDuty {
  /** What it does, for people. */
  what: string;
  /** What customers notice while it fails. */
  whenLate: string;
  /** One process of a database does it; the others take over when that one is gone. */
  isLeaders: boolean;
}

export const DUTIES = {
  fees: {
    what: "takes the node's fee estimate",
    whenLate: 'requests with is_dynamic_fee=1 pay the last estimate, after an hour the fixed rate',
    isLeaders: false,
  },
  blocks: {
    what: 'follows the blocks of the node',
    whenLate: 'confirmations stand still',
    isLeaders: true,
  },
  mempool: {
    what: 'follows the mempool of the node',
    whenLate: 'deposits are seen with their first confirmation only',
    isLeaders: true,
  },
  deriving: {
    what: 'derives addresses ahead of the highest used ones',
    whenLate: 'payments to addresses that were not asked for are seen later',
    isLeaders: true,
  },
  rescanning: {
    what: 'reads blocks again for coins that nobody looked for when they came',
    whenLate: 'old coins of recovered accounts are not seen',
    isLeaders: true,
  },
  planning: {
    what: 'gives queued requests their coins',
    whenLate: 'requests wait for coins that are there',
    isLeaders: true,
  },
  jobs: {
    what: 'gives jobs to gateways and takes their results',
    whenLate: 'nothing is signed',
    isLeaders: false,
  },
  broadcasting: {
    what: 'sends signed payments to the node',
    whenLate: 'signed payments wait',
    isLeaders: true,
  },
  burying: {
    what: 'marks payments that no reorganisation reaches any more',
    whenLate: 'finished payments are looked at again and again',
    isLeaders: true,
  },
  webhooks: {
    what: 'notifies endpoints of deposits and payments',
    whenLate: 'customers hear of deposits and payments later',
    isLeaders: true,
  },
} as const satisfies Record<string, DeclaredDuty>;

export type DutyName = keyof typeof DUTIES;

export const DUTY_NAMES = Object.keys(DUTIES) as DutyName[];
