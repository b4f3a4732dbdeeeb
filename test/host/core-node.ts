// A node in front of the embedded one that answers as Bitcoin Core does where the embedded one is kinder: without a
// transaction index, pruned, in warm-up, busy, with a cookie that changes. Spec: Bitcoin Core 24 to 29, src/rpc and
// src/httprpc.cpp; the texts are those of its sources.

import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RpcEndpoint } from '../../host/bitcoin/rpc';

const NOT_FOUND =
  'No such mempool transaction. Use -txindex or provide a block hash to enable blockchain transaction queries. ' +
  'Use gettransaction for wallet transactions.';

export interface CoreMode {
  /** Blocks below this height are deleted. */
  prunedBelow: number;
  isWarmingUp: boolean;
  isBusy: boolean;
  /** `user:password` that it takes. */
  login: string;
}

export interface CoreNode {
  url: string;
  mode: CoreMode;
  /** Calls taken, by method. */
  calls: Record<string, number>;
  close(): void;
}

interface Call {
  id: unknown;
  method: string;
  params?: unknown[];
}

export async function startCoreNode(inner: RpcEndpoint): Promise<CoreNode> {
  const mode: CoreMode = {
    prunedBelow: 0,
    isWarmingUp: false,
    isBusy: false,
    login: `${inner.user}:${inner.password}`,
  };
  const calls: Record<string, number> = {};

  function ask(call: object): Promise<{ result: any; error: { code: number; message: string } | null }> {
    const auth = `${inner.user}:${inner.password}`;
    return new Promise((done, failed) => {
      const asked = request(inner.url, { method: 'POST', auth }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => done(JSON.parse(Buffer.concat(parts).toString())));
      });
      asked.on('error', failed).end(JSON.stringify(call));
    });
  }
  const refuse = (code: number, message: string) => ({ result: null, error: { code, message } });

  async function answerOne(call: Call): Promise<object> {
    const { method, params = [], id } = call;
    calls[method] = (calls[method] ?? 0) + 1;
    if (mode.isWarmingUp) return { ...refuse(-28, 'Loading block index…'), id };
    if (method === 'getrawtransaction' && params.length < 3) {
      const pool = (await ask({ method: 'getrawmempool', params: [] })).result as string[];
      if (!pool.includes(params[0] as string)) return { ...refuse(-5, NOT_FOUND), id };
    }
    if (method === 'getblock' && mode.prunedBelow > 0) {
      const header = await ask({ method: 'getblockheader', params: [params[0]] });
      if (header.result.height < mode.prunedBelow) return { ...refuse(-1, 'Block not available (pruned data)'), id };
    }
    const answer = await ask(call);
    if (method === 'getblockchaininfo' && mode.prunedBelow > 0)
      Object.assign(answer.result, { pruned: true, pruneheight: mode.prunedBelow });
    return answer;
  }

  const server = createServer((asked, response: ServerResponse) => {
    const parts: Buffer[] = [];
    asked.on('data', (part: Buffer) => parts.push(part));
    asked.on('end', async () => {
      if (asked.headers.authorization !== 'Basic ' + Buffer.from(mode.login).toString('base64'))
        return response.writeHead(401, { 'www-authenticate': 'Basic realm="jsonrpc"' }).end();
      if (mode.isBusy) return response.writeHead(503).end('Work queue depth exceeded');
      const body = JSON.parse(Buffer.concat(parts).toString()) as Call | Call[];
      const answer = Array.isArray(body) ? await Promise.all(body.map(answerOne)) : await answerOne(body);
      const isRefused = !Array.isArray(answer) && (answer as { error: object | null }).error !== null;
      response.writeHead(isRefused ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mode,
    calls,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
