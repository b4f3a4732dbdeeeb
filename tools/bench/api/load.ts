// A load generator that costs little itself: kept connections, one request after the other on each, answers read no
// further than their length.
import { connect, type Socket } from 'node:net';

export interface LoadResult {
  requests: number;
  /** Answers of another status than 200. */
  refused: number;
}

export interface LoadOptions {
  url: string;
  connections: number;
  /** Bytes of the next request; undefined ends the connection that asked. */
  next(): Buffer | undefined;
}

const HEAD_END = '\r\n\r\n';

/** Bytes of a request. */
export function requestOf(method: string, url: URL, headers: Record<string, string>, body = ''): Buffer {
  const lines = Object.entries({ host: url.host, ...headers }).map(([name, value]) => `${name}: ${value}`);
  if (method === 'POST') lines.push(`content-length: ${Buffer.byteLength(body)}`);
  return Buffer.from([`${method} ${url.pathname} HTTP/1.1`, ...lines].join('\r\n') + HEAD_END + body);
}

/** Sends requests until `next` has none; rejects when the server closes a connection. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { hostname, port } = new URL(options.url);
  const result: LoadResult = { requests: 0, refused: 0 };
  await Promise.all(
    Array.from({ length: options.connections }, () =>
      drive(connect({ host: hostname, port: Number(port), noDelay: true }), options.next, (status) => {
        result.requests++;
        if (status !== 200) result.refused++;
      }),
    ),
  );
  return result;
}

/** One connection, from its first request to its last answer. */
function drive(socket: Socket, next: () => Buffer | undefined, onAnswer: (status: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let leftBytes = 0;
    let head = '';
    function send(): void {
      const bytes = next();
      if (bytes) return void socket.write(bytes);
      socket.end();
      resolve();
    }
    function take(part: Buffer): void {
      if (leftBytes === 0) {
        head += part.toString('latin1');
        const end = head.indexOf(HEAD_END);
        if (end < 0) return;
        status = Number(head.slice(9, 12));
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        leftBytes = length - (head.length - end - HEAD_END.length);
        head = '';
      } else leftBytes -= part.length;
      if (leftBytes > 0) return;
      leftBytes = 0;
      onAnswer(status);
      send();
    }
    socket.on('connect', send);
    socket.on('data', take);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed the connection')));
  });
}
