// A publisher as Bitcoin Core's is, by libzmq: ZMTP 3.1 with the NULL mechanism. It sends what was subscribed to.
// Spec: ZMTP 3.1, rfc.zeromq.org/spec/37.

import { createServer, type AddressInfo, type Socket } from 'node:net';

/** What libzmq 4.3.5 sends first: version 3.1, a server. */
const GREETING = Buffer.from(
  'ff00000000000000017f' + '0301' + '4e554c4c'.padEnd(40, '0') + '00'.padEnd(64, '0'),
  'hex',
);
const READY = Buffer.from('0419' + '055245414459' + '0b536f636b65742d54797065' + '00000003' + '505542', 'hex');
const SHORT_MAX = 255;

export interface ZmqPublisher {
  endpoint: string;
  /** All that subscribers have sent so far, hex. */
  received(): string;
  /** Sends a notice in pieces of `pieceBytes`. */
  publish(topic: string, body: Buffer, pieceBytes?: number): void;
  sendRaw(bytes: Buffer): void;
  /** Ends the connections; the next ones are taken. */
  drop(): void;
  count(): number;
  close(): Promise<void>;
}

export function frame(flags: number, body: Buffer): Buffer {
  if (body.length <= SHORT_MAX) return Buffer.concat([Buffer.from([flags, body.length]), body]);
  const head = Buffer.alloc(9, flags | 2);
  head.writeBigUInt64BE(BigInt(body.length), 1);
  return Buffer.concat([head, body]);
}

export async function startZmqPublisher(port = 0, first: Buffer = Buffer.concat([GREETING, READY])) {
  const sockets = new Set<Socket>();
  let received = '';
  let count = 0;
  let number = 0;
  const server = createServer((socket) => {
    count++;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (bytes: Buffer) => (received += bytes.toString('hex')));
    socket.write(first);
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const sendRaw = (bytes: Buffer): void => sockets.forEach((socket) => socket.write(bytes));
  const publisher: ZmqPublisher = {
    endpoint: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => received,
    publish(topic, body, pieceBytes = Infinity) {
      const order = Buffer.alloc(4);
      order.writeUInt32LE(number++);
      const all = Buffer.concat([frame(1, Buffer.from(topic)), frame(1, body), frame(0, order)]);
      for (let at = 0; at < all.length; at += pieceBytes) sendRaw(all.subarray(at, at + pieceBytes));
    },
    sendRaw,
    drop: () => sockets.forEach((socket) => socket.destroy()),
    count: () => count,
    close() {
      publisher.drop();
      return new Promise((done) => void server.close(() => done()));
    },
  };
  return publisher;
}
