// The rules of the trust protocol that the model can do without, one by one, so that a test sees what each is for.

export const RULES = {
  bookingNumbers: 'the website numbers a withdrawal when it books it; V numbers nothing',
  originTag: "HSM-Cold signs only what carries the website's origin tag",
  signAboveMark: 'at or below the low-water mark HSM-Cold signs nothing',
  voidAboveMark: 'at or below the low-water mark HSM-Cold voids nothing',
  restoreSetsMarks: 'a restore, and going on against a witness, set the marks concerned to that moment',
  marksCoverAhead: 'such a mark covers numbers that were ahead of the clock, too',
  witnessForFirst: 'no first signature in a session before the witnesses have answered its challenge',
  witnessForReplacement: 'no replacement before them either: it would move the counters that they are compared with',
  witnessForVoid: 'no void in a session before the witnesses have answered its challenge',
  challengeOfStart: "V's word answers the challenge of this start; the serial in an authority is none",
  hotIsWitness: "HSM-Hot's counter stops a board that is behind it",
  hotKeepsFirst: 'HSM-Hot keeps the counter before it relays what comes with it',
  hotKnowsIncarnation: "HSM-Hot knows the board's incarnation; another one stops the board",
  newHotTakesCounter: 'a new HSM-Hot takes the counter at the console',
  ledgerAgain: 'the ledger is looked at again in the task that writes the payment',
  recordedIsSigned: 'what is recorded is signed, whether its signatures have gone or not',
  contentOfNumber: 'a number that is recorded with another content is not signed again',
  coinInCommon: 'all transactions of a number spend the same first coin',
  receiptsAnew: 'a receipt is made whenever it is asked for, under the channel of that moment',
  receiptsOnly: 'the website believes receipts under its origin key, not what the API or V says',
  ownAccountOnly: "an account that is behind V's word is stopped alone",
  ownIncarnation: 'going on for one account makes a new incarnation of that account alone',
} as const;

export type Rule = keyof typeof RULES;
export type Rules = { [rule in Rule]: boolean };

/** All rules, but those that are left out. */
export function rulesWithout(...left: Rule[]): Rules {
  const rules = {} as Rules;
  for (const rule of Object.keys(RULES) as Rule[]) rules[rule] = !left.includes(rule);
  return rules;
}
