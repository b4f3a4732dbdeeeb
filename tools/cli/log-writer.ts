// The log of a long-running program on standard output: lines for people, or JSON for whoever collects logs.
import pino from 'pino';
import { fail } from '../../protocol/errors';
import { formatEvent, type LogListener } from '../../host/kit/log';
import type { CommandInput, Flag } from './command';

export const LOG_FLAG: Record<string, Flag> = {
  log: { value: 'text|json', help: 'form of the log on standard output', default: 'text' },
};

/** Takes events as the flag has it. Throws code `usage`. */
export function aLogWriter({ values }: CommandInput): LogListener {
  if (values.log === 'text') return (event) => process.stdout.write(`${formatEvent(event)}\n`);
  if (values.log !== 'json') throw fail('usage', `"--log" expected text or json, got ${values.log}`);
  return jsonLog(process.stdout);
}

/** One JSON object an event: time (ISO 8601), level, who, msg, and the event's fields. */
export function jsonLog(stream: pino.DestinationStream): LogListener {
  const log = pino({ base: null, timestamp: false, formatters: { level: (level) => ({ level }) } }, stream);
  return ({ at, who, link, level, text, data, stack }) => {
    const fields = { time: new Date(at).toISOString(), who, ...(link !== undefined && { link }), ...data, stack };
    if (level === 'warning') log.warn(fields, text);
    else log.info(fields, text);
  };
}
