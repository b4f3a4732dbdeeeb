// HSM-Cold's console cable in the simulator: one serial line, used by the simulated operator and, over TCP on the
// loopback interface, by whoever wants to look with `chaincloud console`. All of them hear everything the board says.
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { BytePort } from '../../kit/byte-port';

export interface ConsoleHub {
  /** One more listener's end of the cable. */
  attach(): BytePort;
  /** Serves the cable on TCP; answers `tcp://127.0.0.1:PORT`. */
  listen(port?: number): Promise<string>;
  close(): Promise<void>;
}

interface Attached {
  onData?: (bytes: Uint8Array) => void;
  onClose?: (error?: Error) => void;
}

export function createConsoleHub(cable: BytePort): ConsoleHub {
  const listeners = new Set<Attached>();
  const sockets = new Set<Socket>();
  cable.onData((bytes) => listeners.forEach((listener) => listener.onData?.(bytes.slice())));
  cable.onClose((error) => listeners.forEach((listener) => listener.onClose?.(error)));

  function attach(): BytePort {
    const attached: Attached = {};
    listeners.add(attached);
    return {
      write: (bytes) => cable.write(bytes),
      onData: (listener) => void (attached.onData = listener),
      onClose: (listener) => void (attached.onClose = listener),
      close: () => void listeners.delete(attached),
    };
  }

  const server = createServer((socket) => {
    const port = attach();
    sockets.add(socket);
    port.onData((bytes) => socket.write(bytes));
    socket.on('data', (bytes) => port.write(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      port.close();
      sockets.delete(socket);
    });
  });

  return {
    attach,
    listen: (port = 0) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => resolve(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`));
      }),
    close: () =>
      new Promise((resolve) => {
        sockets.forEach((socket) => socket.destroy());
        if (server.listening) server.close(() => resolve());
        else resolve();
      }),
  };
}
