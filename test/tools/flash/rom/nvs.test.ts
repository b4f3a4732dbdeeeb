// Holds tools/flash/rom/nvs.ts to Espressif's "Non-Volatile Storage Library" (internals): the octets that
// nvs_partition_gen.py of ESP-IDF writes, in its version 1, for a namespace `nvs` with bleStatus and wifiStatus of 0.
// docs/threat-model.md I1.
import { expect } from 'chai';
import { radiosOff } from '../../../../tools/flash/rom/nvs';

const HEADER = 'feffffff00000000ffffffffffffffffffffffffffffffffffffffffc216dddc';
const BITMAP = `ea${'ff'.repeat(31)}`;
const ENTRIES = [
  '000101ff79357f476e76730000000000000000000000000001ffffffffffffff',
  '010401ff8c2b45e8626c655374617475730000000000000000000000ffffffff',
  '010401ff54197f1f7769666953746174757300000000000000000000ffffffff',
];

describe('flash: settings with both radios off', () => {
  it('are the octets of ESP-IDF, and erased cells behind', () => {
    const bytes = Buffer.from(radiosOff(0x3000));
    expect(bytes.subarray(0, 160).toString('hex')).to.equal(HEADER + BITMAP + ENTRIES.join(''));
    expect(bytes.length).to.equal(0x3000);
    expect(bytes.subarray(160).every((cell) => cell === 0xff)).to.equal(true);
  });
});
