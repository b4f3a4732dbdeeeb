// The gateway between the real API and a stand-in for HSM-Hot that speaks the real link: jobs streamed, refused, cut at
// any point and run again. Spec: SPEC.md 5; docs/threat-model.md I2 and 5.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createPeer } from '../../../protocol/link/peer';
import type { Peer } from '../../../protocol/link/types';
import {
  aAttest,
  aPing,
  aPrevTx,
  aSignBegin,
  aSignInput,
  type SignBegin,
  type SignInput,
} from '../../../protocol/link/messages';
import * as wire from '../../../protocol/wire';
import type { BytePort } from '../../../host/kit/byte-port';
import { startGateway, type Gateway, type SignJob } from '../../../host/gateway';
import { clockOf, uartOf } from '../../../host/kit/link-adapter';
import type { Runtime } from '../../../host/kit/runtime';
import { hexOf } from '../../../host/bitcoin/hex';
import { attest, GATEWAY_TOKEN, signJob, startPlatform, type Platform } from '../api/fixture';

const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

/** Two ports joined by a cable that can be pulled. */
function cable(runtime: Runtime): { ends: [BytePort, BytePort]; isCut: boolean } {
  const line = { ends: [] as unknown as [BytePort, BytePort], isCut: false };
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  const end = (me: number): BytePort => ({
    write(bytes) {
      const copy = bytes.slice();
      runtime.after(1, () => {
        if (!line.isCut) listeners[1 - me]?.(copy);
      });
    },
    onData: (listener) => {
      listeners[me] = listener;
    },
    onClose: () => undefined,
    close: () => undefined,
  });
  line.ends = [end(0), end(1)];
  return line;
}

/** Says yes like HSM-Hot with HSM-Cold behind it; `before` may refuse or swallow a request. */
interface StandIn {
  peer: Peer;
  types: number[];
  before?: (type: number) => { refuse: number } | 'swallow' | undefined;
}

function standIn(runtime: Runtime, port: BytePort, platform: Platform): StandIn {
  const peer = createPeer({ uart: uartOf(port), clock: clockOf(runtime), role: 'responder', bootId: 77 });
  const board: StandIn = { peer, types: [] };
  let begin: SignBegin | undefined;
  let inputs: { input: SignInput; prev: Uint8Array }[] = [];
  let signatures: Uint8Array[] = [];
  peer.onRequest((type, fields, reply, refuse) => {
    board.types.push(type);
    const verdict = board.before?.(type);
    if (verdict === 'swallow') return;
    if (verdict) return refuse(verdict.refuse, 'test');
    if (type === wire.MSG_SIGN_BEGIN) {
      begin = aSignBegin(fields);
      inputs = [];
      return reply([]);
    }
    if (type === wire.MSG_SIGN_INPUT) {
      const input = aSignInput(fields);
      inputs.push({ input, prev: new Uint8Array(input.prevTxLen) });
      return reply([]);
    }
    if (type === wire.MSG_PREV_TX) {
      const piece = aPrevTx(fields);
      inputs[piece.i].prev.set(piece.bytes, piece.offset);
      return reply([]);
    }
    if (type === wire.MSG_SIGN_FINISH) {
      signatures = signJob(platform.keys, jobOf(begin as SignBegin, inputs)).map(
        (hex) => new Uint8Array(Buffer.from(hex, 'hex')),
      );
      return reply([inputs.length, new Uint8Array(32)]);
    }
    if (type === wire.MSG_SIGN_RESULT)
      return reply([signatures.slice(fields[0] as number, (fields[0] as number) + wire.RESULT_SIGS_MAX)]);
    if (type === wire.MSG_PING)
      return aPing(fields).userTxNo === 'ping' ? reply([]) : refuse(wire.REFUSE_BAD_AUTHORITY, 'no');
    if (type === wire.MSG_ATTEST) {
      aAttest(fields);
      return reply([
        new Uint8Array(Buffer.from(digest, 'hex')),
        new Uint8Array(Buffer.from(attest(platform.keys, digest), 'hex')),
      ]);
    }
    return refuse(wire.REFUSE_UNKNOWN_TYPE, '');
  });
  return board;
}

let digest = '';

function jobOf(begin: SignBegin, inputs: { input: SignInput; prev: Uint8Array }[]): SignJob {
  return {
    id: 0,
    kind: 'sign',
    account: begin.account,
    proto: 2,
    channel_id: begin.channelId,
    user_tx_no: begin.userTxNo,
    outs: begin.outs,
    dynamic: begin.dynamic,
    max_fee_sats: begin.maxFeeSats,
    authority: hexOf(begin.authority),
    tx_version: begin.txVersion,
    locktime: begin.locktime,
    fee_sats: begin.feeSats,
    change_index: begin.changeIndex,
    inputs: inputs.map(({ input, prev }) => ({
      prev_txid: hexOf(input.prevTxid.slice().reverse()),
      vout: input.vout,
      sequence: input.sequence,
      chain: input.chain as 0 | 1,
      index: input.index,
      prev_tx: hexOf(prev),
    })),
  };
}

describe('host/gateway', () => {
  let platform: Platform;
  let gateway: Gateway;
  let board: StandIn;
  let line: ReturnType<typeof cable>;
  const events: string[] = [];

  async function begin(apiUrl = platform.api.url): Promise<void> {
    gateway = await startGateway({
      runtime: platform.runtime,
      port: line.ends[0],
      apiUrl,
      gatewayToken: GATEWAY_TOKEN,
      pollMs: 200,
      onEvent: (event) => events.push(event.text),
    });
  }

  beforeEach(async () => {
    platform = await startPlatform({ api: { chainPollMs: 1e9 } });
    line = cable(platform.runtime);
    board = standIn(platform.runtime, line.ends[1], platform);
    await begin();
    await platform.deposit(1, 0, 400_000);
    await platform.deposit(1, 1, 400_000);
  });
  afterEach(async () => {
    await gateway.close();
    board.peer.close();
    await platform.close();
  });

  /** Lets clock and sockets run until `isDone`. */
  async function until(isDone: () => Promise<boolean> | boolean, limitMs = 120_000): Promise<void> {
    for (let ms = 0; ms < limitMs; ms += 50) {
      await platform.runtime.advance(50);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (await isDone()) return;
    }
    throw new Error('did not happen');
  }
  const statusOf = async (no: string): Promise<number> => (await platform.get('/tx/' + no)).body.hot_wallet_tx_status;

  it('streams a request with two inputs and brings the signatures back', async () => {
    await platform.send('1', `${SHOP},600000`);
    await until(async () => (await statusOf('1')) === 1);
    expect(board.types.filter((type) => type === wire.MSG_SIGN_INPUT)).to.have.length(2);
    expect(board.types.filter((type) => type === wire.MSG_SIGN_BEGIN)).to.have.length(1);
    await platform.mine();
    expect((await platform.get('/tx?order=desc')).body[0].outputs[0].value).to.equal(600_000);
  });

  it('hands on refusals, and asks again after those that pass', async () => {
    board.before = (type) => (type === wire.MSG_SIGN_BEGIN ? { refuse: wire.REFUSE_BAD_AUTHORITY } : undefined);
    await platform.send('1', `${SHOP},50000`);
    await until(async () => (await statusOf('1')) === 9);
    let times = 0;
    board.before = (type) =>
      type === wire.MSG_SIGN_FINISH && times++ < 2 ? { refuse: wire.REFUSE_LOCKED } : undefined;
    await platform.send('2', `${SHOP},50000`);
    await until(async () => (await statusOf('2')) === 1);
    expect(times).to.equal(3);
  });

  it('waits for signatures that are not ready', async () => {
    let times = 0;
    board.before = (type) =>
      type === wire.MSG_SIGN_RESULT && times++ < 5 ? { refuse: wire.REFUSE_NOT_READY } : undefined;
    await platform.send('1', `${SHOP},50000`);
    await until(async () => (await statusOf('1')) === 1);
    expect(board.types.filter((type) => type === wire.MSG_SIGN_BEGIN)).to.have.length(1);
  });

  it('PING and attestation go there and back', async () => {
    await platform.post('/tx/request', {
      user_tx_no: 'ping',
      outs: 'PING',
      vc_code: '2:' + Buffer.alloc(32, 1).toString('base64url'),
      c_id: '3',
    });
    await platform.post('/tx/request', {
      user_tx_no: 'pong',
      outs: 'PING',
      vc_code: '2:' + Buffer.alloc(32, 1).toString('base64url'),
      c_id: '3',
    });
    await until(async () => (await statusOf('ping')) === 1 && (await statusOf('pong')) === 9);
    const asked = (await platform.get('/address/batch/0/attestation')).body;
    expect(asked).to.include({ status: 'pending', signature: null, identity: platform.keys.file.identity });
    digest = asked.digest;
    await until(async () => (await platform.get('/address/batch/0/attestation')).body.status === 'ready');
  });

  it('tells when HSM-Cold vouches for other addresses', async () => {
    digest = 'ab'.repeat(32);
    await platform.get('/address/batch/0/attestation', platform.tokens.cold);
    await until(
      async () => (await platform.get('/address/batch/0/attestation', platform.tokens.cold)).body.status === 'failed',
    );
  });

  for (const cutAt of [
    wire.MSG_SIGN_BEGIN,
    wire.MSG_SIGN_INPUT,
    wire.MSG_PREV_TX,
    wire.MSG_SIGN_FINISH,
    wire.MSG_SIGN_RESULT,
  ]) {
    it(`cable pulled at message ${cutAt}, plugged in later: one payment`, async () => {
      board.before = (type) => {
        if (type !== cutAt || line.isCut) return undefined;
        line.isCut = true;
        return 'swallow';
      };
      await platform.send('1', `${SHOP},50000`);
      await until(() => line.isCut);
      await platform.runtime.advance(200_000);
      expect(await statusOf('1')).to.equal(0);
      board.before = undefined;
      line.isCut = false;
      await until(async () => (await statusOf('1')) === 1, 600_000);
      await platform.mine();
      expect((await platform.get('/tx')).body).to.have.length(3);
    });

    it(`gateway replaced at message ${cutAt}: one payment`, async () => {
      let isHit = false;
      board.before = (type) => {
        if (type !== cutAt || isHit) return undefined;
        isHit = true;
        return 'swallow';
      };
      await platform.send('1', `${SHOP},50000`);
      await until(() => isHit);
      await gateway.close();
      await platform.runtime.advance(1000);
      await begin();
      await until(async () => (await statusOf('1')) === 1, 600_000);
      await platform.mine();
      expect((await platform.get('/tx')).body).to.have.length(3);
    });
  }

  it('an API that is away when the answer comes gets it later', async () => {
    const { url } = platform.api;
    board.before = undefined;
    await platform.send('1', `${SHOP},50000`);
    let isDown = false;
    board.before = (type) => {
      if (type === wire.MSG_SIGN_FINISH && !isDown) {
        isDown = true;
        void platform.api.close();
      }
      return undefined;
    };
    await until(() => isDown);
    await platform.runtime.advance(5000);
    await platform.restart({ port: Number(new URL(url).port) });
    await until(async () => (await statusOf('1')) === 1);
  });

  it('an answer that the API does not take postpones its job and blocks none behind it', async () => {
    // A proxy that spoils what the first job posts, as a gateway of another release may.
    const spoilt: string[] = [];
    const proxy = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', async () => {
        const path = request.url ?? '';
        let body = Buffer.concat(parts).toString();
        if (path.endsWith('/jobs/1/result') && body.includes('"ok":true') && spoilt.push(path) < 4)
          body = JSON.stringify({ ok: true, signatures: Array(1000).fill('00') });
        const headers = { token: String(request.headers.token), 'content-type': 'application/json' };
        const answer = await fetch(platform.api.url + path, { method: 'POST', headers, body });
        response.writeHead(answer.status).end(await answer.text());
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    await gateway.close();
    await begin(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    await platform.send('1', `${SHOP},50000`);
    await platform.send('2', `${SHOP},60000`);
    await until(async () => (await statusOf('2')) === 1);
    expect([await statusOf('1'), spoilt.length > 0]).to.deep.equal([0, true]);
    await until(async () => (await statusOf('1')) === 1);
    proxy.closeAllConnections();
    proxy.close();
  });

  it('tells no token in its events', () => {
    expect(events.join('\n')).to.not.contain(GATEWAY_TOKEN);
    expect(events).to.include('the line to HSM-Hot is up');
  });
});
