// Holds host/v1/signed-message.ts and signed-string.ts to docs/published-app.md 2, 6.4 and 8 by the app's own vectors.

import { expect } from 'chai';
import {
  aSafeField,
  batchText,
  isSignedBy,
  messageHash,
  recoverMessageKey,
  requestText,
  signMessage,
} from '../../../host/v1';
import { fromHex, toHex, v1Cases } from './vectors';

const MALLEATED = /malleated|trailing byte ignored|embedded newline|leading space/;

describe('host/v1 signed request (docs/published-app.md 2 and 6.4)', () => {
  for (const row of v1Cases('tx-request')) {
    it(`${row.id} ${row.desc}`, () => {
      const text = requestText(row.fields);
      expect(text).to.equal(row.signed_string);
      expect(toHex(messageHash(text)).toLowerCase()).to.equal(row.message_hash);
      expect(signMessage(text, fromHex(row.dh))).to.equal(row.vc_code);
      expect(isSignedBy(text, row.vc_code, fromHex(row.qh))).to.equal(true);
      for (const variant of row.variants ?? []) {
        const pub = fromHex(variant.qh);
        expect(isSignedBy(variant.signed_string, variant.vc_code, pub, 'lenient'), variant.what).to.equal(variant.ok);
        const strict = variant.ok && !MALLEATED.test(variant.what);
        expect(isSignedBy(variant.signed_string, variant.vc_code, pub), variant.what).to.equal(strict);
      }
    });
  }

  it('recovers the same unrelated key as the app from a tampered text', () => {
    const row = v1Cases('tx-request')[0];
    const variant = row.variants.find((item: any) => item.what === 'amount changed');
    expect(toHex(recoverMessageKey(variant.signed_string, variant.vc_code, 'strict'))).to.equal(variant.recovered_pub);
  });

  it('refuses fields that make two requests sign alike', () => {
    for (const bad of ['5","memo":"hi', 'a\\b', 'a\nb', 'a\u007f']) {
      expect(() => aSafeField('user_tx_no', bad))
        .to.throw()
        .with.property('code', 'unsafe-field');
    }
    expect(aSafeField('user_tx_no', 'f47ac10b-58cc')).to.equal('f47ac10b-58cc');
  });
});

describe('host/v1 batch text (docs/published-app.md 8)', () => {
  for (const row of v1Cases('address-batch')) {
    it(`${row.id} ${row.desc}`, () => {
      const text = batchText(row.vweb_batch.address_list);
      expect(text).to.equal(row.content);
      if (!row.signature) return;
      expect(signMessage(text, fromHex(row.dc))).to.equal(row.signature);
      expect(isSignedBy(text, row.signature, fromHex(row.qc))).to.equal(true);
    });
  }

  it('one false address makes another text', () => {
    const row = v1Cases('address-batch').find((item) => item.id === 'ad-09');
    const list = row.vweb_batch.address_list.map((item: any) => ({ ...item }));
    list[999].address = list[998].address;
    expect(isSignedBy(batchText(list), row.signature, fromHex(row.qc))).to.equal(false);
  });
});
