// The log of every host program: what it did, as events for people, the simulator's story and tests. An event has a
// text and named fields. The names are a closed list, so that no secret gets in under a name of its own. The secrets
// that a program holds are cut out of every text and field.

import type { Runtime } from './runtime';

/** What an event may say beside its text. */
export const LOG_FIELDS = [
  'account',
  'batch_no',
  'job',
  'kind',
  'outs',
  'request_id',
  'side',
  'tx_hash',
  'user_tx_no',
  'vtest_id',
] as const;

export type LogFields = { [name in (typeof LOG_FIELDS)[number]]?: string | number | boolean | null };

export interface LogEvent {
  /** Milliseconds since 1970, by the runtime's clock: simulated time in the simulator. */
  at: number;
  /** Which program says it: `api`, `v-device`, `website`, ... */
  who: string;
  /** Over what: `sms`, `http`, `serial`, `console`. */
  link?: string;
  /** Absent: information. */
  level?: 'warning';
  text: string;
  data?: LogFields;
  /** Of a fault. */
  stack?: string;
}

export type LogListener = (event: LogEvent) => void;

export interface Log {
  info(text: string, fields?: LogFields): void;
  /** Something that people may have to look at. */
  warn(text: string, fields?: LogFields): void;
  /** A warning of an error that is a fault of the program: its stack goes into the log. */
  fault(text: string, error: Error, fields?: LogFields): void;
  /** The same log, its events marked with a link. */
  over(link: string): Log;
  /** The same log, its events with these fields too. */
  about(fields: LogFields): Log;
}

export interface LogOptions {
  runtime: Pick<Runtime, 'nowMs'>;
  who: string;
  listener?: LogListener;
  /** Tokens, passwords, keys in text form: never shown. Short ones (below 8 characters) would mutilate texts. */
  secrets?: readonly string[];
}

const SECRET_MIN_CHARS = 8;

export function createLog(options: LogOptions): Log {
  const secrets = (options.secrets ?? []).filter((secret) => secret.length >= SECRET_MIN_CHARS);
  const clean = (text: string): string => secrets.reduce((kept, secret) => kept.replaceAll(secret, '[secret]'), text);
  const cleanField = (value: LogFields[keyof LogFields]) => (typeof value === 'string' ? clean(value) : value);

  const logOf = (link: string | undefined, common: LogFields | undefined): Log => {
    const write = (mark: Pick<LogEvent, 'level' | 'stack'>, text: string, fields: LogFields | undefined): void => {
      if (!options.listener) return;
      const event: LogEvent = { at: options.runtime.nowMs(), who: options.who, text: clean(text) };
      if (link !== undefined) event.link = link;
      if (mark.level !== undefined) event.level = mark.level;
      const data = common || fields ? { ...common, ...fields } : undefined;
      if (data) event.data = Object.fromEntries(Object.entries(data).map(([name, v]) => [name, cleanField(v)]));
      if (mark.stack !== undefined) event.stack = clean(mark.stack);
      options.listener(event);
    };
    return {
      info: (text, fields) => write({}, text, fields),
      warn: (text, fields) => write({ level: 'warning' }, text, fields),
      fault: (text, error, fields) =>
        write({ level: 'warning', stack: error.stack ?? error.message }, `${text}: ${error.message}`, fields),
      over: (name) => logOf(name, common),
      about: (fields) => logOf(link, { ...common, ...fields }),
    };
  };
  return logOf(undefined, undefined);
}

/** Formats an event as one line, time in UTC: `03:00:07  v-device   sms      asks HSM-Cold for a new channel`. */
export function formatEvent(event: LogEvent): string {
  const time = new Date(event.at).toISOString().slice(11, 19);
  return `${time}  ${event.who.padEnd(10)} ${(event.link ?? '').padEnd(8)} ${event.text}`;
}
