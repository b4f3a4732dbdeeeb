// Holds host/vdevice/state.ts: V's memory on disk and its sealed secrets.

import { expect } from 'chai';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSealer } from '../../../host/vdevice/seal';
import { openState } from '../../../host/vdevice/state';

const random = (n: number) => globalThis.crypto.getRandomValues(new Uint8Array(n));

describe('host/vdevice state', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vstate-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps secrets sealed: the file shows none, another key or place opens none', () => {
    const file = join(folder, 'v.db');
    const secret = 'c0ffee'.repeat(10);
    const state = openState(file, openSealer(file + '.key', random));
    state.setSecret('channel', { key: secret });
    state.close();
    expect(statSync(file + '.key').mode & 0o777).to.equal(0o600);
    const bytes = Buffer.concat(
      [file, file + '-wal'].map((path) => {
        try {
          return readFileSync(path);
        } catch {
          return Buffer.alloc(0);
        }
      }),
    );
    expect(bytes.includes(secret)).to.equal(false);
    const again = openState(file, openSealer(file + '.key', random));
    expect(again.getSecret('channel')).to.deep.equal({ key: secret });
    again.setText('opening', again.getText('channel'));
    expect(() => again.getSecret('opening'))
      .to.throw()
      .with.property('code', 'seal-broken');
    again.close();
    const stranger = openState(file, openSealer(join(folder, 'other.key'), random));
    expect(() => stranger.getSecret('channel'))
      .to.throw()
      .with.property('code', 'seal-broken');
    stranger.close();
  });

  it('leaves nothing of a replaced secret in its files, which are for their owner only', () => {
    const file = join(folder, 'v.db');
    const state = openState(file, openSealer(file + '.key', random));
    const sealed: string[] = [];
    for (let day = 0; day < 5; day++) {
      state.setSecret('v2-channel', { key: 'ab'.repeat(400), day });
      sealed.push(state.getText('v2-channel')!);
      state.scrub();
    }
    const bytes = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
    expect(sealed.map((text) => bytes.includes(text.slice(0, 200)))).to.deep.equal([false, false, false, false, true]);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    state.close();
  });

  it("keeps the modem's send queue over a restart", () => {
    const file = join(folder, 'v.db');
    const state = openState(file, openSealer(file + '.key', random));
    state.sendStore.writePlace(3, Uint8Array.of(1, 2));
    state.sendStore.writePlace(4, Uint8Array.of(5));
    state.sendStore.writePlace(3, new Uint8Array(0));
    state.close();
    const again = openState(file, openSealer(file + '.key', random));
    expect([3, 4, 5].map((id) => [...again.sendStore.readPlace(id)])).to.deep.equal([[], [5], []]);
    again.close();
  });

  it('undoes a transaction that fails half way', () => {
    const file = join(folder, 'v.db');
    const state = openState(file, openSealer(file + '.key', random));
    expect(() =>
      state.transaction(() => {
        state.setNumber('a', 1);
        throw new Error('cut');
      }),
    ).to.throw('cut');
    expect(state.getNumber('a', 0)).to.equal(0);
    state.close();
  });
});
