// What the parts of the system tell a person: one event a thing said or done. Never a secret. The story, the console
// and tests listen to the same stream.

export interface SystemEvent {
  /** Milliseconds since 1970, simulated time. */
  at: number;
  /** Who says or does it: `V`, `API`, `HSM-Cold`, `website`, ... */
  who: string;
  /** Over what: `SMS`, `HTTP`, `UART`, `console`, `chain`. */
  link?: string;
  text: string;
  data?: object;
}

export type EventListener = (event: SystemEvent) => void;

/** `03:00:07  V          SMS      asks HSM-Cold for a channel`, times in UTC. */
export function formatEvent(event: SystemEvent): string {
  const time = new Date(event.at).toISOString().slice(11, 19);
  return `${time}  ${event.who.padEnd(10)} ${(event.link ?? '').padEnd(8)} ${event.text}`;
}
