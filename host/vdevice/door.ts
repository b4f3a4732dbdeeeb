// V's own door for whoever operates it on its machine: a socket in the file system that only its user may open, with
// one HTTP call for each command. No token: who reads V's files needs none.

import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { fail } from '../../protocol/errors';
import type { VDevice } from './types';

/** Longest path of a socket on Linux, its last octet a zero; macOS takes four less. */
const PATH_MAX_BYTES = 103;
const ANSWER_LIMIT_MS = 10_000;
const OWNER_ONLY = 0o600;

export const DOOR_ACTIONS = ['status', 'open-channel', 'start', 'stop', 'approve', 'dismiss', 'ask-status'] as const;
export type DoorAction = (typeof DOOR_ACTIONS)[number];

export interface Door {
  close(): Promise<void>;
}

/** Where V's door is, by its state file. */
export const doorOf = (file: string): string => `${file}.sock`;

type Doings = { [action in DoorAction]: (v: VDevice, argument: string) => Promise<unknown> };

const DOINGS: Doings = {
  status: (v) => v.status(),
  'open-channel': (v) => v.openChannel(),
  async start(v) {
    if (!(await v.startLoop())) throw fail('no-channel', 'V has no channel with HSM-Cold: vdevice open-channel first');
  },
  stop: (v) => v.stopLoop(),
  approve: (v, argument) => v.approve(argument),
  dismiss: (v, argument) => v.dismiss(argument),
  'ask-status': (v) => v.askStatus(),
};

const isAction = (name: string): name is DoorAction => (DOOR_ACTIONS as readonly string[]).includes(name);

async function answer(v: VDevice, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    const [name, argument = ''] = (incoming.url ?? '').slice(1).split('/').map(decodeURIComponent);
    if (incoming.method !== 'POST' || !isAction(name)) throw fail('usage', `expected ${DOOR_ACTIONS.join(', ')}`);
    const result = await DOINGS[name](v, argument);
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ result: result ?? null }));
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const told = code === undefined ? { code: 'internal', message: 'internal error' } : { code, message };
    outgoing.writeHead(409, { 'content-type': 'application/json' }).end(JSON.stringify(told));
  }
}

/** Whether a V is behind the socket that is there, or it was left by one that died. */
function isSomebodyThere(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Opens the door of a running V. Throws `door-path`, `vdevice-running`. */
export async function openDoor(v: VDevice, path: string): Promise<Door> {
  if (Buffer.byteLength(path) > PATH_MAX_BYTES)
    throw fail('door-path', `${path}: a socket's path has ${PATH_MAX_BYTES} octets at most, name another "socket"`);
  if (existsSync(path)) {
    if (await isSomebodyThere(path)) throw fail('vdevice-running', `a V runs already behind ${path}`);
    rmSync(path);
  }
  const server = createServer((incoming, outgoing) => void answer(v, incoming, outgoing));
  // The socket is made before listen() returns; nobody else may open it in the moment before its mode is set.
  const mask = process.umask(0o177);
  const opened = new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  process.umask(mask);
  await opened.catch(() => {
    throw fail('door-path', `${path}: no socket can be made there`);
  });
  chmodSync(path, OWNER_ONLY);
  return {
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Has the V behind `path` do something. Returns what the action returns, null for most. Throws `vdevice-silent` where
 * none runs, and what V itself throws.
 */
export function knock(path: string, action: DoorAction, argument = ''): Promise<unknown> {
  const target = `/${action}/${encodeURIComponent(argument)}`;
  return new Promise((resolve, reject) => {
    const silent = (): void => reject(fail('vdevice-silent', `no V answers behind ${path}: is it running?`));
    const asked = request({ socketPath: path, method: 'POST', path: target, timeout: ANSWER_LIMIT_MS }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (part: string) => (text += part));
      reply.on('error', silent).on('end', () => {
        try {
          const body = JSON.parse(text) as { result?: unknown; code?: string; message?: string };
          if (reply.statusCode === 200) resolve(body.result);
          else reject(Object.assign(new Error(body.message), { code: body.code }));
        } catch {
          silent();
        }
      });
    });
    asked.on('error', silent).on('timeout', () => asked.destroy());
    asked.end();
  });
}
