// Holds boards/espruino/builds.ts: which Espruino a board must not run. The facts are of the ESP32 port's source.
import { expect } from 'chai';
import { faultsOf, FIRST_SUPPORTED, modesOf, parseVersion, PORT_MODES } from '../../../boards/espruino/builds';

describe('boards: builds of Espruino', () => {
  for (const [version, faults] of [
    ['2v25', [/older than 2v26/]],
    ['2v26', [/loses octets/, /restarts for ever/]],
    ['2v29', [/loses octets/, /restarts for ever/]],
    ['2v29.276', [/loses octets/, /restarts for ever/]],
    ['2v29.277', [/restarts for ever/]],
    ['2v29.278', []],
    ['v2v29.1000', []],
    ['2v30', []],
    ['3v1', []],
    ['', [/no version/]],
    ['2v29-mine', [/no version/]],
  ] as [string, RegExp[]][])
    it(`"${version}": ${faults.length ? faults.map((fault) => fault.source).join(', ') : 'nothing known'}`, () => {
      const found = faultsOf(version);
      expect(found).to.have.length(faults.length);
      faults.forEach((fault, i) => expect(found[i]).to.match(fault));
    });

  it('the first supported build is the one after the last that has a fault', () => {
    const { release, build } = parseVersion(FIRST_SUPPORTED)!;
    expect(faultsOf(FIRST_SUPPORTED)).to.deep.equal([]);
    expect(faultsOf(`${release}.${build - 1}`)).to.not.deep.equal([]);
  });

  it('the port loses octets up to the build that was mended; its other ways are of every build', () => {
    const always = ['poll', 'rings', 'erase', 'sdk-texts', 'moving-compaction', 'state-variables', 'radio-leak'];
    for (const version of ['2v26', '2v29', '2v29.276'])
      expect(modesOf(version)).to.have.members(['event-loss', ...always]);
    for (const version of ['2v29.277', '2v30', '']) expect(modesOf(version)).to.have.members(always);
    expect(Object.keys(PORT_MODES)).to.include('erase-worst');
  });
});
