// Attack (I6): nothing that the boards send anywhere holds a secret, the words of the ceremony excepted.
// Invariants: 6 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { HDKey } from '@scure/bip32';
import { mnemonicToSeedSync } from '@scure/bip39';
import { readLog, showAccount, status } from '../../host/operator';
import { makeCoin, out, pay } from '../firmware/payments';
import { channelKey } from '../../protocol/channel/channel';
import { PIN, channelRig } from '../firmware/rig';

describe('attack: secrets in output', () => {
  it('nothing that the boards send anywhere holds a secret, the words of the ceremony excepted', async () => {
    const rig = await channelRig();
    await pay(rig, { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 });
    await rig.world.finish(status(rig.coldConsole));
    await rig.world.finish(readLog(rig.coldConsole));
    await rig.world.finish(showAccount(rig.coldConsole, 0));
    const seed = mnemonicToSeedSync(rig.words.join(' '));
    const master = HDKey.fromMasterSeed(seed);
    const secrets = [
      seed,
      master.privateKey!,
      ...["m/84'/1'/0'", "m/84'/1'/1'", "m/84'/1'/1'/0/0", "m/17229'/0'/0'"].map(
        (path) => master.derive(path).privateKey!,
      ),
    ];
    secrets.push(
      rig.v.channel!.key32,
      rig.v.channel!.own32,
      ...['request', 'proof', 'to v', 'to cold'].map((use) => channelKey(rig.v.crypto, rig.v.channel!, use, 32)),
    );
    const said = [rig.cold.console, rig.cold.link, rig.cold.modem, rig.hot.host, rig.hot.link, rig.hot.console].map(
      (line) => Buffer.from(line.written),
    );
    for (const secret of secrets) {
      for (const bytes of said) {
        expect(bytes.includes(Buffer.from(secret).subarray(0, 16))).to.equal(false);
        for (const text of [Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')])
          expect(bytes.toString('latin1').toLowerCase().includes(text.slice(0, 24).toLowerCase())).to.equal(false);
      }
    }
    expect(said[0].toString('latin1').includes(PIN)).to.equal(false);
    expect(rig.words.filter((word) => said[0].toString('latin1').includes(` ${word}\r`)).length).to.equal(0);
  }).timeout(180_000);
});
