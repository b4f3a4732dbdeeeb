// A stand-in for the API with levers: what it answers to POST /tx/request and GET /tx/<no> is the test's choice.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { p2wpkh, TEST_NETWORK } from '@scure/btc-signer';
import { sha256 } from '@noble/hashes/sha256';
import { secp256k1 } from '@noble/curves/secp256k1';

export interface FakeRequest {
  form: Record<string, string>;
  status: number;
  txHash: string | null;
}

export interface FakeAnswer {
  status: number;
  body?: unknown;
  raw?: string;
}

export interface FakeApi {
  url: string;
  balance: number;
  /** By user_tx_no. */
  requests: Map<string, FakeRequest>;
  /** tx_hash -> outputs that GET /tx/detail shows. */
  details: Map<string, { outputs: { address: string; value: number }[]; inputs: { value: number }[] }>;
  deposits: Map<string, unknown[]>;
  attestations: Map<string, string>;
  /** Answers given before anything else, by `METHOD path prefix`, first come first served. */
  script: { match: string; answer: FakeAnswer }[];
  posts: Record<string, string>[];
  calls: string[];
  close(): Promise<void>;
}

const REGTEST = { ...TEST_NETWORK, bech32: 'bcrt' };

/** A regtest address of `seed`, the same every time. */
export function addressOf(seed: string): string {
  return p2wpkh(secp256k1.getPublicKey(sha256(seed), true), REGTEST).address;
}

const made = new Map<string, { index: number; address: string }[]>();

/** 1000 addresses of a batch. */
export function fakeBatch(side: string, batchNo: number): { index: number; address: string }[] {
  const key = side + batchNo;
  if (!made.has(key)) {
    made.set(
      key,
      Array.from({ length: 1000 }, (_, i) => ({ index: batchNo * 1000 + i, address: addressOf(key + '/' + i) })),
    );
  }
  return made.get(key)!.map((item) => ({ ...item }));
}

export async function startFakeApi(tokens: { cold: string; hot: string }): Promise<FakeApi> {
  const api: FakeApi = {
    url: '',
    balance: 1e8,
    requests: new Map(),
    details: new Map(),
    deposits: new Map(),
    attestations: new Map(),
    script: [],
    posts: [],
    calls: [],
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      const form = Object.fromEntries(new URLSearchParams(text));
      const answer = answerTo(api, tokens, request.method!, request.url!, String(request.headers.token), form);
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(answer.raw ?? JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api.url = 'http://127.0.0.1:' + (server.address() as AddressInfo).port;
  return api;
}

function answerTo(
  api: FakeApi,
  tokens: { cold: string; hot: string },
  method: string,
  url: string,
  token: string,
  form: Record<string, string>,
): FakeAnswer {
  const path = url.replace(/^\/api\/v1\/open/, '').replace(/^\/BTC\//, '/');
  api.calls.push(method + ' ' + path);
  if (method === 'POST') api.posts.push(form);
  const scripted = api.script.findIndex((item) => (method + ' ' + path).startsWith(item.match));
  if (scripted >= 0) return api.script.splice(scripted, 1)[0].answer;
  const side = token === tokens.cold ? 'cold' : token === tokens.hot ? 'hot' : null;
  if (side === null) return { status: 401, body: { code: 2, message: 'token' } };
  if (path === '/user') return { status: 200, body: { balance: api.balance } };
  const attested = /^\/address\/batch\/(\d+)\/attestation$/.exec(path);
  if (attested) {
    const signature = api.attestations.get(side + attested[1]);
    return signature ? { status: 200, body: { signature } } : { status: 404, body: { code: 4, message: 'none' } };
  }
  const batch = /^\/address\/batch\/(\d+)$/.exec(path);
  if (batch) return { status: 200, body: fakeBatch(side, Number(batch[1])) };
  const address = /^\/address\/([^/]+)\/tx$/.exec(path);
  if (address) return { status: 200, body: api.deposits.get(address[1]) ?? [] };
  if (method === 'POST' && path === '/tx/request') return takeRequest(api, form);
  const detail = /^\/tx\/detail\/(.+)$/.exec(path);
  if (detail)
    return api.details.has(detail[1])
      ? { status: 200, body: { tx_hash: detail[1], ...api.details.get(detail[1]) } }
      : { status: 404, body: { code: 4, message: 'none' } };
  const status = /^\/tx\/(.+)$/.exec(path);
  const known = status && api.requests.get(decodeURIComponent(status[1]));
  if (!known) return { status: 404, body: { code: 4, message: 'none' } };
  return { status: 200, body: statusBody(known) };
}

function takeRequest(api: FakeApi, form: Record<string, string>): FakeAnswer {
  const old = api.requests.get(form.user_tx_no);
  if (old) {
    const same = JSON.stringify(old.form) === JSON.stringify(form);
    return { status: 400, body: { code: same ? 3 : 5, message: 'duplicate' } };
  }
  api.requests.set(form.user_tx_no, { form, status: 0, txHash: null });
  return { status: 200, body: { result: true } };
}

function statusBody(known: FakeRequest): object {
  const { form } = known;
  return {
    tx_hash: known.txHash,
    c_id: Number(form.c_id),
    user_id: 1,
    vc_code: form.vc_code,
    request_at: '2026-01-01T00:00:00',
    hot_wallet_tx_status: known.status,
    send_request: {
      coin_code: 'BTC',
      user_tx_no: form.user_tx_no,
      is_dynamic_fee: Number(form.is_dynamic_fee),
      outs: form.outs,
    },
  };
}
