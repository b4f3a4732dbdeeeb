/** protocol/sms/v1.ts against what the published app's own classes sent and accepted (test/vectors/v1). */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import {
  v1BatchText,
  v1FormatAccept,
  v1FormatAddresses,
  v1FormatChannelOk,
  v1FormatOpen,
  v1FormatVerify,
  v1ParseToCold,
  v1ParseToV,
  v1RequestText,
  v1SignedPayload,
} from '../../../protocol/sms/v1';

const cases = (name: string): any[] =>
  JSON.parse(fs.readFileSync(path.resolve(__dirname, '../../../../test/vectors/v1', `${name}.json`), 'utf8')).cases;
const sha256d = (bytes: Uint8Array): string =>
  createHash('sha256').update(createHash('sha256').update(bytes).digest()).digest('hex');
const isUnsafe = (text: string): boolean =>
  /["\\\u0000-\u001f\u007f]/.test(text) || !(text as unknown as { isWellFormed(): boolean }).isWellFormed();

describe('v1: signed texts of requests (chaincloud-v TxRequest.toString)', () => {
  for (const row of cases('tx-request')) {
    it(`${row.id} ${row.desc}`, () => {
      const f = row.fields;
      const request = {
        coinCode: f.coin_code,
        dynamic: f.is_dynamic_fee,
        outs: f.outs,
        userTxNo: f.user_tx_no,
        outType: f.out_type,
        memo: f.memo,
      };
      if ([f.coin_code, f.outs, f.user_tx_no, f.memo ?? ''].some((text) => isUnsafe(String(text)))) {
        return void expect(() => v1SignedPayload(v1RequestText(request)))
          .to.throw()
          .with.property('code', 'v1-bad-field');
      }
      const text = v1RequestText(request);
      expect(text).to.equal(row.signed_string);
      expect(sha256d(v1SignedPayload(text))).to.equal(row.message_hash);
    });
  }
});

describe('v1: address batches', () => {
  for (const row of cases('address-batch')) {
    it(`${row.id} ${row.desc}`, () => {
      const isOld = row.dialect.startsWith('before');
      const list = row.vweb_batch.address_list as { index: number; address: string }[];
      if (row.content_sha256) {
        const text = v1BatchText([...list].sort((a, b) => a.index - b.index).map((item) => item.address));
        expect(text).to.have.length(row.content_len);
        expect(createHash('sha256').update(text).digest('hex')).to.equal(row.content_sha256);
        expect(sha256d(v1SignedPayload(text))).to.equal(row.message_hash);
      }
      const coin = isOld ? undefined : row.verify_sms.split(':')[3];
      const verify = v1ParseToCold(row.verify_sms)?.verify;
      const { address_type: side, batch_no: batchNo } = row.vweb_batch;
      expect(verify).to.deep.equal({ side, batchNo, coin });
      expect(v1FormatVerify(verify!)).to.equal(row.verify_sms);
      for (const { sms } of row.replies.filter((reply: { what: string }) => reply.what === 'genuine reply')) {
        const addresses = v1ParseToV(sms)?.addresses;
        expect(addresses).to.deep.equal({ side, batchNo, signature: row.signature, cId: row.c_id, coin });
        expect(v1FormatAddresses(addresses!)).to.equal(sms);
      }
    });
  }

  it('what is not a genuine form is not taken: cut, lower case, other alphabets, other heads', () => {
    const refused = [
      'reply without trailing colon',
      'lower-case coin code',
      'base64 of 64 bytes',
      'not base64',
      'header byte 40',
      'batch number not numeric',
      'c_id not numeric',
    ];
    const seen = new Set<string>();
    for (const row of cases('address-batch')) {
      for (const reply of row.replies) {
        if (!refused.includes(reply.what)) continue;
        seen.add(reply.what);
        expect(v1ParseToV(reply.sms), reply.what).to.equal(undefined);
      }
    }
    expect([...seen].sort()).to.deep.equal([...refused].sort());
  });
});

describe('v1: channel texts', () => {
  it('every text that V sent is read and written the same', () => {
    let count = 0;
    for (const row of cases('channel')) {
      for (const text of row.steps.flatMap((step: any) => (step.sms_out ?? []).map((sms: any) => sms.text))) {
        if (!/^CC:(QH|CHANNEL_OK)/.test(text)) continue;
        const parsed = v1ParseToCold(text);
        if (!parsed) {
          expect(text, 'ids that a genuine HSM never gives').to.match(/CHANNEL_OK:(-|0:)/);
          continue;
        }
        expect(parsed.open ? v1FormatOpen(parsed.open) : v1FormatChannelOk(parsed.channelOk!)).to.equal(text);
        count++;
      }
    }
    expect(count).to.be.greaterThan(30);
  });

  it('takes of the HSM texts exactly the canonical ones', () => {
    let taken = 0;
    for (const row of cases('channel')) {
      for (const { text } of row.steps) {
        const accept = typeof text === 'string' ? v1ParseToV(text)?.accept : undefined;
        if (!accept) continue;
        taken++;
        expect(v1FormatAccept(accept)).to.equal(text);
      }
    }
    expect(taken).to.be.greaterThan(5);
  });

  it('ids at the maximum and one beyond, and every cut', () => {
    const qh = '03' + 'A'.repeat(64);
    expect(v1ParseToCold(v1FormatOpen({ qh, hId: 2147483647 }))?.open?.hId).to.equal(2147483647);
    expect(v1ParseToCold(v1FormatOpen({ qh, hId: 2147483648 }))).to.equal(undefined);
    expect(v1ParseToCold(v1FormatOpen({ qh, hId: 0 }))).to.equal(undefined);
    expect(v1ParseToCold(v1FormatOpen({ qh: qh.toLowerCase(), hId: 1 }))).to.equal(undefined);
    const text = v1FormatOpen({ qh, hId: 12 });
    for (let end = 0; end < text.length; end++) expect(v1ParseToCold(text.slice(0, end))).to.equal(undefined);
    for (const odd of [
      '',
      'CC:',
      'CC::',
      'cc:CHANNEL_OK:1:',
      ' CC:CHANNEL_OK:1:',
      'CC:CHANNEL_OK:01:',
      'CC:CHANNEL_OK:+1:',
      'CC:CHANNEL_OK:1::',
      'CC:CHANNEL_OK:1:2:',
    ]) {
      expect(v1ParseToCold(odd), odd).to.equal(undefined);
    }
  });
});
