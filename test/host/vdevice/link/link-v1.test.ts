// Holds V's text protocol to docs/published-app.md 3, 4, 6.4, 6.5 and 8, and to the raw HTTP of the published app's
// own runs.

import { expect } from 'chai';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { secp256k1 } from '@noble/curves/secp256k1';
import { sha256 } from '@noble/hashes/sha256';
import { batchText, httpClient, isSignedBy, requestText, signMessage } from '../../../../host/v1';
import { postRequest } from '../../../../host/vdevice/loops/api-calls';
import { v1Cases } from '../../v1/vectors';
import { fakeBatch } from '../fake-api';
import { ADMIN, COLD, PAYEE, createWorld, vtestOf, type World } from '../world';

const DC = sha256('dc');
const QC = Buffer.from(secp256k1.getPublicKey(DC)).toString('hex').toUpperCase();
const OTHER_QC = Buffer.from(secp256k1.getPublicKey(sha256('thief')))
  .toString('hex')
  .toUpperCase();

describe('host/vdevice text protocol (docs/published-app.md)', () => {
  let world: World;
  beforeEach(async () => void (world = await createWorld({ protocol: 'v1' })));
  afterEach(() => world.close());

  const toCold = () => world.sms.filter((item) => item.to === COLD).map((item) => item.text!);
  const say = async (text: string, from = COLD) => {
    world.deliver({ from, text });
    await world.pass(5);
  };
  const open = async () => {
    await world.v.openChannel();
    const hId = /H_ID:(\d+):$/.exec(toCold().pop()!)![1];
    await say(`CC:QC:${QC}:C_ID:41:H_ID:${hId}:`);
  };
  const channel = async () => (await world.v.status()).channel?.id ?? null;

  it('opens with three texts, in the published form', async () => {
    await open();
    expect(toCold()[0]).to.match(/^CC:QH:0[23][0-9A-F]{64}:H_ID:1:$/);
    expect([toCold()[1], await channel()]).to.deep.equal(['CC:CHANNEL_OK:41:', 41]);
  });

  it('attack: a QC when none is awaited changes nothing, the same one again is acknowledged again', async () => {
    await open();
    await say(`CC:QC:${OTHER_QC}:C_ID:42:H_ID:1:`);
    await say(`CC:QC:${OTHER_QC}:C_ID:41:H_ID:1:`);
    expect([await channel(), toCold().length]).to.deep.equal([41, 2]);
    await say(`CC:QC:${QC}:C_ID:41:H_ID:1:`);
    expect(toCold()[2]).to.equal('CC:CHANNEL_OK:41:');
  });

  it('refuses a QC of another h_id (the admin hears of it), of no key, from a stranger', async () => {
    await world.v.openChannel();
    await say(`CC:QC:${QC}:C_ID:41:H_ID:9:`);
    expect(world.adminTexts()).to.deep.equal(['create channel failed-- channel is not exist']);
    for (const qc of [QC.toLowerCase(), '02' + 'F'.repeat(64), '', '04' + QC.slice(2)])
      await say(`CC:QC:${qc}:C_ID:41:H_ID:1:`);
    await say(`CC:QC:${QC}:C_ID:41:H_ID:1:`, '+4413900000001');
    expect(await channel()).to.equal(null);
    await say(`CC:QC:${QC}:C_ID:41:H_ID:1:`);
    expect(await channel()).to.equal(41);
  });

  it('signs requests like the published app', async () => {
    await open();
    const outs = PAYEE + ',20000';
    world.site.vtest = await vtestOf(11, outs);
    await world.v.startLoop();
    await world.pass(10);
    const form = world.api.posts[0];
    const qh = Buffer.from(/QH:([0-9A-F]+)/.exec(toCold()[0])![1], 'hex');
    expect(form.c_id).to.equal('41');
    expect(
      isSignedBy(requestText({ coin_code: 'BTC', user_tx_no: '11', is_dynamic_fee: 0, outs }), form.vc_code, qh),
    ).to.equal(true);
  });

  it("verifies batches: 2 for HSM-Cold's signature, 3 for another key's or another list's", async () => {
    await open();
    const judge = async (batchNo: number, signed: { index: number; address: string }[], key: Uint8Array) => {
      world.site.batch = {
        batch_no: batchNo,
        address_type: 2,
        address_list: fakeBatch('cold', batchNo),
        coin_type: 'BTC',
      };
      await world.pass(60);
      expect(toCold().pop()).to.equal(`CC:VERIFY_COLD_ADDRESSES:${batchNo}:BTC:`);
      await say(`CC:COLD_ADDRESSES:${batchNo}:${signMessage(batchText(signed), key)}:41:BTC:`);
      await world.pass(60);
      return world.site.batchReports.filter((form) => form.batch_no === String(batchNo)).map((form) => form.status);
    };
    expect(await judge(0, fakeBatch('cold', 0), DC)).to.deep.equal(['2']);
    expect(await judge(1, fakeBatch('cold', 1), sha256('thief'))).to.deep.equal(['3']);
    expect(await judge(2, fakeBatch('cold', 1), DC)).to.deep.equal(['3']);
  });

  it('what crashed the published app changes nothing', async () => {
    await open();
    const sig = signMessage('x', DC);
    const badSig = 'IAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFdUKK/GgHqvVI51sXF0RlvT/0iXDAw3+8SqsF03E8k2Q=';
    const texts = [
      `CC:COLD_ADDRESSES:0:${sig}:41:BTC:`,
      `CC:COLD_ADDRESSES:0:${sig}:99:BTC:`,
      `CC:COLD_ADDRESSES:x:${sig}:41:BTC:`,
      `CC:COLD_ADDRESSES:0:!!!!:41:BTC:`,
      `CC:COLD_ADDRESSES:0:${badSig}:41:BTC:`,
      `CC:COLD_ADDRESSES:0:${sig}:41:`,
      'CC:',
      'hello',
      'CC:QC::::::',
    ];
    for (const text of texts) await say(text);
    expect([await channel(), world.site.batchReports, world.adminTexts()]).to.deep.equal([41, [], []]);
  });

  it('speaks the dialect of before September 2016 when told to', async () => {
    await world.restart({ v1WithoutCoin: true, file: world.folder + '/old.db' });
    await open();
    world.site.batch = { batch_no: 0, address_type: 1, address_list: fakeBatch('hot', 0) };
    await world.pass(60);
    expect(toCold().pop()).to.equal('CC:VERIFY_HOT_ADDRESSES:0:');
    await say(`CC:HOT_ADDRESSES:0:${signMessage(batchText(fakeBatch('hot', 0)), DC)}:41:`);
    await world.pass(60);
    expect(world.site.batchReports[0]).to.include({ status: '2', type: '1' });
  });

  it('keeps its channel over a restart and repeats a lost QH unchanged', async () => {
    await world.v.openChannel();
    await world.restart();
    await world.pass(400);
    expect(toCold()).to.have.length(2);
    expect(toCold()[1]).to.equal(toCold()[0]);
    await say(`CC:QC:${QC}:C_ID:41:H_ID:1:`);
    await world.restart();
    expect(await channel()).to.equal(41);
    expect(world.sms.some((item) => item.to === ADMIN)).to.equal(false);
  });
});

describe('host/vdevice HTTP (docs/published-app.md 5 and 6.4)', () => {
  it('posts a request to the byte as the published app did (ht-01)', async () => {
    const run = v1Cases('http').find((item) => item.id === 'ht-01');
    const exchange = run.exchanges.find((item: any) =>
      item.request_line.startsWith('POST /api/v1/open/BTC/tx/request'),
    );
    let seen = { line: '', body: '', headers: {} as Record<string, unknown> };
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        seen = { line: `${request.method} ${request.url} HTTP/1.1`, body, headers: request.headers };
        response.end('{"result":true}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = httpClient('http://127.0.0.1:' + (server.address() as AddressInfo).port + '/api/v1/', 'hot-token');
    const { form } = exchange;
    const posted = await postRequest(client, {
      userTxNo: form.user_tx_no,
      outs: form.outs,
      dynamic: Number(form.is_dynamic_fee),
      confirmed: Number(form.only_confirmed),
      vcCode: form.vc_code,
      channelId: Number(form.c_id),
      maxFeeSats: null,
    });
    client.close();
    server.close();
    expect(posted).to.equal('taken');
    expect(seen.line).to.equal(exchange.request_line);
    expect(seen.body).to.equal(exchange.body);
    expect(seen.headers).to.include({
      token: 'hot-token',
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    });
  });
});
