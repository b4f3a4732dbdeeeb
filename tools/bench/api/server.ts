// A server under load, in a process of its own: the API, or bare Fastify that answers given texts. It says its address
// and, when asked, the CPU time that it has used.
import { fork, type ChildProcess } from 'node:child_process';
import Fastify from 'fastify';
import { startApi, type ApiOptions } from '../../../host/api';
import { realRuntime } from '../../../host/kit/runtime';

/** Path → body, as JSON text. */
export type BareAnswers = Record<string, string>;

export interface ServerProcess {
  url: string;
  /** Milliseconds of CPU since its start. */
  cpuMs(): Promise<number>;
  stop(): void;
}

type Order = { bare: BareAnswers } | { api: Omit<ApiOptions, 'runtime'> };

/** Starts one. Rejects when it ends before it listens. */
export async function startServer(order: Order): Promise<ServerProcess> {
  const child = fork(__filename, [JSON.stringify(order)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const url = (await answerOf(child)) as string;
  return {
    url,
    async cpuMs() {
      const answer = answerOf(child);
      child.send('cpu');
      return (await answer) as number;
    },
    stop: () => void child.kill(),
  };
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () => reject(new Error('the server ended')));
  });
}

async function bare(answers: BareAnswers): Promise<string> {
  const server = Fastify();
  for (const [path, text] of Object.entries(answers)) {
    const value = JSON.parse(text) as unknown;
    server.get(path, async () => value);
  }
  return server.listen({ port: 0, host: '127.0.0.1' });
}

async function serve(order: Order): Promise<void> {
  const url = 'bare' in order ? await bare(order.bare) : (await startApi({ ...order.api, runtime: realRuntime() })).url;
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send!((user + system) / 1000);
  });
  process.send!(url);
}

if (require.main === module) void serve(JSON.parse(process.argv[2]) as Order);
