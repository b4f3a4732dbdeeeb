// `chaincloud policy try FILE`: what a policy of V would have refused and held of what V authorised before.
import { decimalOf } from '../../../protocol/bytes';
import { fail } from '../../../protocol/errors';
import { DAY_MINUTES, MINUTE_MS } from '../../../protocol/time';
import { readJson } from '../../../host/kit/json-file';
import { NETWORKS, type NetworkName } from '../../../host/bitcoin/network';
import { localTime } from '../../../host/vdevice/loops/local-time';
import { readHistory, tryPolicy, type Trial } from '../../../host/vdevice/policy/history';
import { aLimitedPolicy } from '../../../host/vdevice/policy/policy-form';
import { need, type Command, type CommandInput } from '../command';

/** Withdrawals that a line of the table names. */
const NAMED_MAX = 5;

function readPolicy(file: string): ReturnType<typeof aLimitedPolicy> {
  const policy = readJson(file, 'bad-policy');
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy))
    throw fail('bad-policy', `${file}: expected a JSON object, as "policy" in V's settings`);
  return aLimitedPolicy(policy);
}

/** Minutes east of UTC, as `+08:00`; undefined: this machine's zone. Throws `usage`. */
function offsetOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^([+-])(\d\d):(\d\d)$/.exec(text);
  const minutes = match ? decimalOf(match[2].replace(/^0/, ''), 0, 14) * 60 + Number(match[3]) : NaN;
  if (!match || !(minutes < DAY_MINUTES)) throw fail('usage', `"--zone" expected +HH:MM or -HH:MM, got ${text}`);
  return match[1] === '-' ? -minutes : minutes;
}

const named = (items: { id: string }[]): string =>
  items.length === 0
    ? ''
    : ` (${items
        .slice(0, NAMED_MAX)
        .map(({ id }) => id)
        .join(', ')}${items.length > NAMED_MAX ? ', ...' : ''})`;

/** A line a rule. */
export function trialTable(trials: Trial[], count: number): string {
  const width = Math.max(...trials.map(({ rule }) => rule.length));
  const lines = trials.map(({ rule, refused, held, asked }) => {
    const waits = held.flatMap(({ waitMs }) => (waitMs === null ? [] : [waitMs]));
    const longest = waits.length === 0 ? '' : `, the longest ${Math.round(Math.max(...waits) / MINUTE_MS)} minutes`;
    const open = held.filter(({ waitMs }) => waitMs === null).length;
    const sats = refused.reduce((sum, each) => sum + each.sats, 0);
    return (
      `${rule.padEnd(width)}  refuses ${refused.length}, ${sats} sats${named(refused)}; ` +
      `holds ${held.length}${named(held)}${longest}${open === 0 ? '' : `, ${open} to the end`}; ` +
      `asks for ${asked.length}${named(asked)}`
    );
  });
  return [`of ${count} withdrawals that V authorised:`, ...lines, ''].join('\n');
}

async function run(input: CommandInput): Promise<number> {
  const [action, file] = input.positionals;
  if (action !== 'try') throw fail('usage', `policy ${action}: expected try FILE`);
  const names = Object.keys(NETWORKS) as NetworkName[];
  const network = names.find((name) => name === input.values.network);
  if (network === undefined) throw fail('usage', `"--network" expected ${names.join(', ')}`);
  const policy = readPolicy(file);
  const history = readHistory(need(input, 'state'));
  const trials = tryPolicy(policy, history, network, localTime(offsetOf(input.values.zone)));
  process.stdout.write(
    input.switches.json
      ? `${JSON.stringify({ withdrawals: history.length, trials })}\n`
      : trialTable(trials, history.length),
  );
  return 0;
}

export const policyCommand: Command = {
  name: 'policy',
  summary: 'runs a policy of V over what V authorised before: try FILE, as "policy" in V\'s settings',
  positionals: ['try', 'FILE'],
  flags: {
    state: { value: 'FILE', help: "V's state file; a copy will do" },
    network: { value: 'NAME', help: 'of the account', default: 'main' },
    zone: { value: '+HH:MM', help: "V's local time, for hours; this machine's when left out" },
    json: { help: 'as JSON, each withdrawal with its rule' },
  },
  run,
};
