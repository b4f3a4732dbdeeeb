// Holds host/vdevice/link/pairing.ts: V's identity at rest, the short code that people compare (protocol/SPEC.md 8).

import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, openIdentity, readAccount } from '../../../../host/vdevice';
import { unhex } from '../../../../host/vdevice/seal';
import { accountFile } from '../world';

const random = (n: number) => globalThis.crypto.getRandomValues(new Uint8Array(n));

describe('host/vdevice pairing', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pair-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes an identity once, sealed, for its owner only', () => {
    const file = join(folder, 'identity.json');
    const first = openIdentity(file, random);
    const again = openIdentity(file, random);
    expect(Buffer.from(again.priv)).to.deep.equal(Buffer.from(first.priv));
    expect(again.pub).to.match(/^0[23][0-9a-f]{64}$/);
    expect(readFileSync(file, 'utf8')).to.not.include(Buffer.from(first.priv).toString('hex'));
    for (const path of [file, file + '.key']) expect(statSync(path).mode & 0o777, path).to.equal(0o600);
  });

  it('refuses an identity file that was altered or has another key', () => {
    const file = join(folder, 'identity.json');
    openIdentity(file, random);
    const kept = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...kept, pub: '02' + '11'.repeat(32) }));
    expect(() => openIdentity(file, random))
      .to.throw()
      .with.property('code', 'seal-broken');
    writeFileSync(file, 'no json');
    expect(() => openIdentity(file, random))
      .to.throw()
      .with.property('code', 'identity-file');
  });

  it('shows the code of both identities, another one for another key on either side', () => {
    const account = accountFile();
    const v = openIdentity(join(folder, 'v'), random);
    const expected = createHash('sha256')
      .update('chaincloud pairing')
      .update(unhex(account.identity))
      .update(unhex(v.pub))
      .digest('hex')
      .slice(0, 10);
    expect(codeOf(account, unhex(v.pub))).to.equal(expected.slice(0, 5) + '-' + expected.slice(5));
    const other = openIdentity(join(folder, 'other'), random);
    expect(codeOf(account, unhex(other.pub))).to.not.equal(codeOf(account, unhex(v.pub)));
    expect(codeOf({ ...account, identity: other.pub }, unhex(v.pub))).to.not.equal(codeOf(account, unhex(v.pub)));
  });

  it('refuses account files that say nothing clear, naming the field', () => {
    const path = join(folder, 'account.json');
    writeFileSync(path, JSON.stringify(accountFile()));
    expect(readAccount(path)).to.deep.equal(accountFile());
    for (const [field, value] of [
      ['account', -1],
      ['account', '0'],
      ['network', 'mainnet'],
      ['identity', '04' + '11'.repeat(64)],
    ]) {
      writeFileSync(path, JSON.stringify({ ...accountFile(), [field as string]: value }));
      expect(() => readAccount(path))
        .to.throw(field as string)
        .with.property('code', 'account-file');
    }
    expect(() => readAccount(join(folder, 'none.json')))
      .to.throw('none.json')
      .with.property('code', 'account-file');
  });
});
