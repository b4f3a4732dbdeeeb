/**
 * The refusals of a request over a link: [MSG_REFUSAL, request_id, code, tag]. Spec: SPEC.md 5.3.
 * A program branches on the code. The tag is for people. test/firmware/cold/refusals.test.ts provokes each tag.
 */
import type { Refusal } from './table';

const row = function (name: string, value: number, meaning: string, tags: string): Refusal {
  return { name: name, value: value, meaning: meaning, tags: tags ? tags.split(' ') : [] };
};

// prettier-ignore
export const REFUSALS: Refusal[] = [
  row('bad-request',       1, 'a field is missing, too much or outside its limits',      'bad-request'),
  row('unknown-type',      2, 'the end that is asked does not know the type',            'unknown-type'),
  row('bad-state',         3, 'the signing does not need this request now',
    'bad-state no-signing too-late'),
  row('not-ready',         4, 'the board has no result or no room yet; ask again later',
    'not-ready room storage-failed storage-full'),
  row('busy',              5, 'the board is busy with something else; ask again later',  'busy sweep-open'),
  row('locked',            6, 'HSM-Cold waits for its PIN',                              'locked'),
  row('not-provisioned',   7, 'HSM-Cold has no seed',                                    'not-provisioned'),
  row('wiped',             8, 'HSM-Cold erased itself; no board sends this yet',         ''),
  row('no-account',        9, 'there is no account of this number',                      'no-account'),
  row('account-closed',   10, 'the account is closed',                                   'account-closed'),
  row('no-channel',       11, 'the account has no channel of this id',                   'no-channel'),
  row('bad-authority',    12, 'V did not authorise this request',                        'bad-authority'),
  row('proto-off',        13, 'the account does not use this proto',                     'proto-off'),
  row('bad-outs',         14, 'the outputs break the grammar or pay another network',    'bad-outs'),
  row('bad-input',        15, 'an input, the change or the locktime is not allowed',
    'bad-locktime bad-sequence change-gap not-own-coin same-coin-twice'),
  row('bad-prev-tx',      16, 'a previous transaction does not decode or is another',    'bad-prev-tx prev-tx-hash'),
  row('bad-fee',          17, 'fee_sats is not inputs less outputs',                     'bad-fee'),
  row('policy',           18, 'the policy of the account forbids the payment',
    'policy-clock policy-count policy-destination policy-dust policy-fee-rate ' +
    'policy-fee-velocity policy-max-fee policy-outputs policy-time policy-tx-amount policy-tx-fee policy-velocity'),
  row('conflict',         19, 'user_tx_no belongs to another payment',
    'no-common-coin old replaced-too-often user-tx-conflict'),
  row('rate',             20, 'too many requests; ask again later',                      'large-rate rate'),
  row('cold-unreachable', 21, 'HSM-Hot has no answer of HSM-Cold',                       'not-paired'),
  row('limit',            22, 'a limit of the board is reached',                         'no-room'),
  row('internal',         23, 'a fault of the board',                                    'internal'),
];
