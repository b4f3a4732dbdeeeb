// `chaincloud report`: the statement of an account's side from the API; the offline check of an audit log's export.
import { readFileSync, writeFileSync } from 'node:fs';
import { fail } from '../../../protocol/errors';
import { DAY_MS } from '../../../protocol/time';
import { pinsOfHeartbeats, verifyLog, type AuditPin } from '../../../host/operator';
import { isCapture, readCapture } from '../../console/capture';
import { need, type Command, type CommandInput } from '../command';

/** Lines of an export: the console's `log`, or a backup's `audit`. Throws code `log-file`. */
export function logLines(text: string): string[] {
  if (text.trimStart().startsWith('{')) {
    try {
      const json = JSON.parse(text) as { audit?: unknown };
      if (Array.isArray(json.audit)) return json.audit.filter((line): line is string => typeof line === 'string');
    } catch {
      // No backup: no line of it is the log's either.
    }
  }
  const lines = text.split(/\r?\n/).filter((line) => /^(audit|head) \d/.test(line));
  if (lines.length === 0)
    throw fail(
      'log-file',
      'the file holds no audit log: save the output of "log" in "chaincloud console", or use a file of ' +
        '"chaincloud backup"',
    );
  return lines;
}

/** Lines of a file: an export as above, or a capture's texts. Throws `log-file`, `bad-capture`. */
export function readLog(file: string): string[] {
  const bytes = readFileSync(file);
  const texts = isCapture(bytes) ? readCapture(file).map((entry) => entry.text) : [bytes.toString('utf8')];
  return logLines(texts.join('\n'));
}

/** Heads known from elsewhere: `12:ab34…,40:cd56…`, at least the 16 digits that a heartbeat has. Throws `usage`. */
export function readPins(text: string | undefined): AuditPin[] {
  return (text ?? '')
    .split(',')
    .filter((each) => each !== '')
    .map((pin) => {
      const match = /^([1-9]\d{0,9}):([0-9a-f]{16,64})$/.exec(pin.trim());
      if (!match) throw fail('usage', `"--pin" expected NUMBER:HEX with 16 to 64 hex digits, got ${pin}`);
      return { n: Number(match[1]), head: match[2] };
    });
}

/** Texts of heartbeat SMS: as given, or those in a file, one a line. Throws `heartbeat-file`. */
export function readHeartbeats(given: string[]): string[] {
  return given.flatMap((each) => {
    if (each.startsWith('CC:HB:')) return [each.trim()];
    const found = readFileSync(each, 'utf8').match(/CC:HB:\S*/g);
    if (!found) throw fail('heartbeat-file', `${each} holds no heartbeat: expected texts that begin with CC:HB:`);
    return found;
  });
}

function verify(input: CommandInput): number {
  const { identity } = input.values;
  const texts = readHeartbeats(input.lists.heartbeat);
  if (identity !== undefined && !/^0[23][0-9a-f]{64}$/.test(identity))
    throw fail('usage', `"--identity" expected 66 hex digits, got ${identity}`);
  if (texts.length > 0 && identity === undefined)
    throw fail('usage', "missing --identity: account 0's, from its public file");
  const seen = pinsOfHeartbeats(texts, identity ?? '');
  const log = verifyLog(input.lists['verify-log'].map(readLog), [...readPins(input.values.pin), ...seen.pins]);
  const verdict = {
    ...log,
    ok: log.ok && seen.faults.length === 0,
    faults: [...seen.faults, ...log.faults],
    notes: [...seen.notes, ...log.notes],
  };
  if (input.values.format === 'json') process.stdout.write(`${JSON.stringify(verdict)}\n`);
  else {
    process.stdout.write(`${verdict.entries} entries, ${verdict.first} to ${verdict.last}, head ${verdict.head}\n`);
    for (const fault of verdict.faults) process.stdout.write(`!! ${fault}\n`);
    for (const note of verdict.notes) process.stdout.write(`note: ${note}\n`);
    process.stdout.write(
      verdict.ok
        ? 'the chain of hashes holds\n'
        : 'the log does not hold: somebody changed it, or part of it is missing\n',
    );
  }
  return verdict.ok ? 0 : 1;
}

/**
 * A moment as the API takes it, from a day or a moment, UTC. A day alone is its first second, as an end the first
 * second of the next one: a period ends before `to`. Throws `usage`.
 */
export function aMoment(name: string, text: string): string {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)Z?)?$/.exec(text);
  const time = match?.[2] ?? '00:00:00';
  const moment = `${match?.[1]}T${time.length === 5 ? `${time}:00` : time}`;
  const ms = Date.parse(`${moment}Z`);
  if (!match || Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(moment))
    throw fail(
      'usage',
      `"--${name}" expected a day or a moment of UTC, such as 2026-01-31 or 2026-01-31T12:00:00, got ${text}`,
    );
  const isWholeDay = name === 'to' && match[2] === undefined;
  return new Date(ms + (isWholeDay ? DAY_MS : 0)).toISOString().slice(0, moment.length);
}

async function statement(input: CommandInput): Promise<number> {
  const url = new URL('/api/v1/open/report/statement', need(input, 'api'));
  const token = input.values.token ?? process.env.CHAINCLOUD_TOKEN;
  if (!token) throw fail('usage', "missing --token (or CHAINCLOUD_TOKEN in the environment): the account side's token");
  for (const name of ['from', 'to'] as const)
    if (input.values[name] !== undefined) url.searchParams.set(name, aMoment(name, input.values[name]));
  url.searchParams.set('format', input.values.format!);
  const answer = await fetch(url, { headers: { token }, signal: AbortSignal.timeout(60_000) }).catch((error: Error) => {
    throw fail(
      'api-silent',
      `nothing answers at ${url.origin} ` +
        `(${(error.cause as Error | undefined)?.message ?? error.message}): start the API or check the ` +
        'address',
    );
  });
  const text = await answer.text();
  if (!answer.ok) throw fail('api-refused', `the API refuses with ${answer.status}: ${text.slice(0, 200)}`);
  if (input.values.out !== undefined) writeFileSync(input.values.out, text);
  else process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return 0;
}

export const reportCommand: Command = {
  name: 'report',
  summary: 'fetches a statement from the API, or checks an audit log',
  flags: {
    api: { value: 'URL', help: 'the API, for a statement' },
    token: { value: 'TOKEN', help: "token of the account's side; better in CHAINCLOUD_TOKEN" },
    from: { value: 'TIME', help: 'begin of the period, a day or a moment of UTC: 2026-01-01, 2026-01-01T08:00:00' },
    to: { value: 'TIME', help: 'its end; a day counts whole' },
    format: { value: 'json|csv', help: 'form of the output', default: 'csv' },
    out: { value: 'FILE', help: 'writes the statement there' },
    'verify-log': {
      value: 'FILE',
      isList: true,
      help: "checks exports of HSM-Cold's audit log, offline; several that overlap or join are checked as one",
    },
    pin: { value: 'N:HEX,...', help: 'with --verify-log: heads seen elsewhere (console, earlier exports)' },
    heartbeat: {
      value: 'TEXT|FILE',
      isList: true,
      help: 'with --verify-log: heartbeat SMS, which pin the log; needs --identity',
    },
    identity: { value: 'HEX33', help: "with --heartbeat: account 0's identity, from its public file" },
  },
  async run(input) {
    if (input.values.format !== 'json' && input.values.format !== 'csv')
      throw fail('usage', `"--format" expected json or csv, got ${input.values.format}`);
    if (input.lists['verify-log'].length > 0) return verify(input);
    for (const name of ['heartbeat', 'pin', 'identity'])
      if (input.lists[name]?.length || input.values[name] !== undefined)
        throw fail('usage', `"--${name}" goes with --verify-log`);
    return statement(input);
  },
};
