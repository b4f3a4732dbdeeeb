// The reviewed file that says which accounts a board is to have: read, checked by name of field, shown to the operator
// in words. The board checks everything again.
import { DAY_SECONDS } from '../../protocol/time';
import { fail } from '../../protocol/errors';
import { readJson } from '../../host/kit/json-file';
import { effectivePolicy, FEE_LIMITS_DEFAULT, type AccountData, type AccountPolicy } from '../../host/operator';

const POLICY_FIELDS: { [name: string]: keyof AccountPolicy } = {
  tx_max_sats: 'txMaxSats',
  tx_max_fee_sats: 'txMaxFeeSats',
  max_feerate_sat_vb: 'maxFeerateSatVb',
  window_seconds: 'windowSeconds',
  window_max_sats: 'windowMaxSats',
  window_max_fee_sats: 'windowMaxFeeSats',
  window_max_count: 'windowMaxCount',
  max_outputs: 'maxOutputs',
  min_output_sats: 'minOutputSats',
  from_minute: 'fromMinute',
  to_minute: 'toMinute',
  allow_list_only: 'isAllowListOnly',
  tell_above_sats: 'tellAboveSats',
};
const FIELDS = [
  'name',
  'network',
  'script',
  'v_identity',
  'v_phones',
  'admin_phones',
  'payout_address',
  'policy',
  'protocols',
  'allow_list',
  'hsm_phones',
];

type Raw = { [name: string]: unknown };

function texts(where: string, value: unknown, isPhone: boolean): string[] {
  if (value === undefined) return [];
  if (
    !Array.isArray(value) ||
    value.some((each) => typeof each !== 'string' || (isPhone && !/^\+\d{3,16}$/.test(each)))
  ) {
    throw fail(
      'account-file',
      `${where} expected a list of ${isPhone ? 'phone numbers like +8613800000000' : 'texts'}`,
    );
  }
  return value as string[];
}

function readPolicy(where: string, value: unknown): AccountPolicy {
  const policy: Raw = {};
  for (const [name, given] of Object.entries((value ?? {}) as Raw)) {
    const field = POLICY_FIELDS[name];
    if (!field)
      throw fail('account-file', `${where}.policy has no "${name}": expected ${Object.keys(POLICY_FIELDS).join(', ')}`);
    const isNone = field === 'windowMaxSats' && given === 'none';
    const isRight =
      field === 'isAllowListOnly'
        ? typeof given === 'boolean'
        : isNone || (Number.isSafeInteger(given) && (given as number) >= 0);
    if (!isRight)
      throw fail(
        'account-file',
        `${where}.policy.${name} expected ${field === 'isAllowListOnly' ? 'true or false' : 'a whole number from 0'}`,
      );
    policy[field] = given;
  }
  requireDayLimit(where, policy);
  return policy;
}

/** The board takes no account without. */
function requireDayLimit(where: string, { windowMaxSats, windowSeconds }: AccountPolicy): void {
  const isOfDay = windowMaxSats === 'none' || (windowSeconds || DAY_SECONDS) >= DAY_SECONDS;
  if (!windowMaxSats || !isOfDay)
    throw fail(
      'account-file',
      `${where}.policy.window_max_sats expected the most satoshi that a day (window_seconds: ${DAY_SECONDS} or more) ` +
        'may pay, or "none"',
    );
}

function readOne(where: string, raw: Raw): AccountData {
  for (const name of Object.keys(raw))
    if (!FIELDS.includes(name))
      throw fail('account-file', `${where} has a field "${name}" that no account has: expected ${FIELDS.join(', ')}`);
  const oneOf = <T extends string>(name: string, choices: readonly T[]): T => {
    if (!choices.includes(raw[name] as T))
      throw fail('account-file', `${where}.${name} expected one of ${choices.join(', ')}`);
    return raw[name] as T;
  };
  if (typeof raw.name !== 'string' || !/^[ -~]{1,32}$/.test(raw.name))
    throw fail('account-file', `${where}.name expected 1 to 32 printable characters`);
  if (raw.v_identity !== undefined && !/^0[23][0-9a-f]{64}$/.test(String(raw.v_identity)))
    throw fail(
      'account-file',
      `${where}.v_identity expected V's identity, 66 hex digits ("chaincloud vdevice --pair" shows it), ` +
        'or nothing to scan it at the board',
    );
  if (typeof raw.payout_address !== 'string' || raw.payout_address === '')
    throw fail('account-file', `${where}.payout_address expected an address`);
  const protocols = texts(`${where}.protocols`, raw.protocols ?? ['v2'], false);
  if (protocols.length === 0 || protocols.some((each) => each !== 'v1' && each !== 'v2'))
    throw fail('account-file', `${where}.protocols expected "v1", "v2" or both`);
  return {
    name: raw.name,
    network: oneOf('network', ['main', 'test', 'regtest'] as const),
    script: oneOf('script', ['p2wpkh', 'p2pkh'] as const),
    vIdentity: new Uint8Array(Buffer.from((raw.v_identity as string | undefined) ?? '', 'hex')),
    vPhones: texts(`${where}.v_phones`, raw.v_phones, true),
    adminPhones: texts(`${where}.admin_phones`, raw.admin_phones, true),
    payoutAddress: raw.payout_address,
    policy: readPolicy(where, raw.policy),
    protocols: protocols as Array<'v1' | 'v2'>,
    allowList: texts(`${where}.allow_list`, raw.allow_list, false),
    hsmPhones: texts(`${where}.hsm_phones`, raw.hsm_phones, true),
  };
}

/**
 * Reads a file of accounts: a list, or {"accounts": [...]}. An account without `v_identity` has an empty one, to be
 * scanned when it is added. Throws code `account-file` naming the field.
 */
export function readAccounts(file: string): AccountData[] {
  const json = readJson(file, 'account-file');
  const list = Array.isArray(json) ? json : (json as { accounts?: unknown } | null)?.accounts;
  if (!Array.isArray(list) || list.length === 0) throw fail('account-file', `${file}: expected a list of accounts`);
  return list.map((each, i) => readOne(`account ${i}`, (each ?? {}) as Raw));
}

/** The board's own where the account's is 0 (firmware/cold/signing/policy.ts). */
const BOARD_FEERATE = 1000;

/** The limits of fees in words: they are all that bounds what a hacked API can burn. */
function describeFees(data: AccountData): string {
  const policy = effectivePolicy(data.policy);
  const mark = (field: keyof typeof FEE_LIMITS_DEFAULT): string =>
    data.policy?.[field] === undefined ? ' (default)' : '';
  const most = (field: 'txMaxFeeSats' | 'windowMaxFeeSats', per: string): string =>
    policy[field] ? `${policy[field]} sats ${per}${mark(field)}` : `NO LIMIT ${per}`;
  const rate = `${policy.maxFeerateSatVb || BOARD_FEERATE} sat/vB${mark('maxFeerateSatVb')}`;
  return (
    `${most('txMaxFeeSats', 'a payment')}, ${rate}, ` +
    `${most('windowMaxFeeSats', `in ${policy.windowSeconds || DAY_SECONDS} s`)}; the API chooses the ` +
    'fee within that'
  );
}

const SHOWN_APART: (keyof AccountPolicy)[] = ['windowMaxSats', 'tellAboveSats'];

/** What a day may pay, and above which sum HSM-Cold tells the admins. */
function describeDay({ policy }: AccountData): string {
  const { windowMaxSats, windowSeconds, tellAboveSats } = effectivePolicy(policy);
  const mark = policy?.tellAboveSats === undefined ? ' (default)' : '';
  return (
    `${windowMaxSats === 'none' ? 'NO LIMIT' : `${windowMaxSats} sats in ${windowSeconds || DAY_SECONDS} s`}; ` +
    `SMS to its admins above ${tellAboveSats ? `${tellAboveSats} sats a day` : 'NO SUM'}${mark}`
  );
}

/** An account in words for the person who has to agree to it. */
export function describeAccount(data: AccountData): string[] {
  const limits = Object.entries(POLICY_FIELDS).flatMap(([name, field]) =>
    data.policy?.[field] && !(field in FEE_LIMITS_DEFAULT) && !SHOWN_APART.includes(field)
      ? [`${name} ${data.policy[field]}`]
      : [],
  );
  return [
    `name          ${data.name}`,
    `network       ${data.network}, ${data.script}`,
    `V's identity  ${Buffer.from(data.vIdentity).toString('hex')}`,
    `V's phones    ${data.vPhones.join(' ') || '-'}`,
    `admin phones  ${data.adminPhones.join(' ') || '-'}`,
    `sweeps pay    ${data.payoutAddress}`,
    `protocols     ${(data.protocols ?? ['v2']).join(' ')}`,
    `a day         ${describeDay(data)}`,
    `limits        ${limits.join(', ') || 'none'}`,
    `fees          ${describeFees(data)}`,
    `allow-list    ${(data.allowList ?? []).join(' ') || '-'}`,
  ];
}
