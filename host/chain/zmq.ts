// What Bitcoin Core publishes (zmqpubhashblock, zmqpubrawtx), as a subscriber of its own: a ZMTP 3.0 SUB socket with
// the NULL mechanism. It connects again for ever, each time later. What it carries proves nothing and may be lost:
// polling stays beneath. Spec: ZMTP 3.0 (rfc.zeromq.org/spec/23); docs/decisions/027.

import { connect, type Socket } from 'node:net';
import type { Runtime } from '../kit/runtime';
import { FrameReader, GREETING, READY, subscription } from './zmtp';

const FIRST_PAUSE_MS = 1000;
const LAST_PAUSE_MS = 30_000;
/** A publisher that has not shaken hands by then is none. */
const HANDSHAKE_LIMIT_MS = 5000;
/** Finds a publisher whose machine vanished. */
const KEEPALIVE_MS = 30_000;

export const TOPICS = ['hashblock', 'rawtx'] as const;
export type Topic = (typeof TOPICS)[number];

export interface SubscriberOptions {
  /** `tcp://HOST:PORT`. */
  endpoint: string;
  runtime: Runtime;
  onNotice(topic: Topic, body: Buffer): void;
  /** Subscribed, or not any more and why: once for each change. */
  onState(isUp: boolean, why: string): void;
}

export interface Subscriber {
  close(): void;
}

/** Host and port of `tcp://HOST:PORT`, HOST in brackets when it is an IPv6 address. */
export function zmqAddress(endpoint: string): { host: string; port: number } | undefined {
  const match = /^tcp:\/\/(?:\[([0-9a-fA-F:]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(endpoint);
  const port = Number(match?.[3]);
  return match && port > 0 && port < 65_536 ? { host: match[1] ?? match[2], port } : undefined;
}

class CoreSubscriber implements Subscriber {
  private socket: Socket | undefined;
  private timer: { cancel(): void } | undefined;
  private pauseMs = FIRST_PAUSE_MS;
  private state: boolean | undefined;
  private isClosed = false;

  constructor(private readonly options: SubscriberOptions) {
    this.open();
  }

  private say(isUp: boolean, why: string): void {
    if (this.state !== isUp && !this.isClosed) this.options.onState(isUp, why);
    this.state = isUp;
  }

  private open(): void {
    const socket = connect({ ...zmqAddress(this.options.endpoint)!, noDelay: true });
    this.socket = socket;
    socket.setKeepAlive(true, KEEPALIVE_MS);
    let why = 'it closed the connection';
    const limit = this.options.runtime.after(HANDSHAKE_LIMIT_MS, () => void socket.destroy(new Error('no handshake')));
    const frames = new FrameReader({
      onGreeting: () => socket.write(READY),
      onReady: () => {
        limit.cancel();
        for (const topic of TOPICS) socket.write(subscription(topic));
        this.pauseMs = FIRST_PAUSE_MS;
        this.say(true, 'subscribed');
      },
      onMessage: ([topic, body]) => {
        const known = TOPICS.find((each) => each === topic.toString('latin1'));
        if (known !== undefined && body !== undefined) this.options.onNotice(known, body);
      },
    });
    socket.on('connect', () => socket.write(GREETING));
    socket.on('data', (bytes: Buffer) => {
      try {
        frames.push(bytes);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on('error', (error: Error & { code?: string }) => (why = error.code ?? error.message));
    socket.on('close', () => {
      limit.cancel();
      this.say(false, why);
      if (this.isClosed) return;
      this.timer = this.options.runtime.after(this.pauseMs, () => this.open());
      this.pauseMs = Math.min(LAST_PAUSE_MS, 2 * this.pauseMs);
    });
  }

  close(): void {
    this.isClosed = true;
    this.timer?.cancel();
    this.socket?.destroy();
  }
}

/** Subscribes to `hashblock` and `rawtx`. */
export function subscribeToNode(options: SubscriberOptions): Subscriber {
  return new CoreSubscriber(options);
}
