// Holds when HSM-Hot refuses its prompt to the gateway's line (SPEC.md 5.2): nothing is erased, nothing restarts. That
// it is given, after everything is erased, is held by tools/flash/hot.test.ts.
import { expect } from 'chai';
import { handleServiceRequest, SERVICE_WINDOW_MS } from '../../../firmware/hot/service-request';
import type { Hot } from '../../../firmware/hot/context';
import { REFUSE_BAD_STATE, REFUSE_LIMIT } from '../../../protocol/wire';

function refusalOf(uptimeMs: number, freeBytes: number): unknown[] {
  const secret = new Uint8Array(32);
  const touched = (): never => {
    throw new Error('touched');
  };
  const hal = {
    clock: { uptimeMs: () => uptimeMs, after: touched },
    files: { freeBytes: () => freeBytes, writeFile: touched },
    power: { restart: touched },
    get flash() {
      return touched();
    },
  };
  const hot = { hal, secret, journal: {} } as unknown as Hot;
  const said: unknown[] = [];
  handleServiceRequest(hot, touched, (code, tag) => said.push(code, tag));
  expect([hot.secret, hot.journal]).to.deep.equal([secret, {}]);
  return said;
}

describe('hot/service-request', () => {
  it('refuses once the first minutes are over', () => {
    expect(refusalOf(SERVICE_WINDOW_MS + 1, 1e6)).to.deep.equal([REFUSE_BAD_STATE, 'too-late']);
  });

  it('refuses, with all keys kept, where no file can be written', () => {
    expect(refusalOf(0, 10)).to.deep.equal([REFUSE_LIMIT, 'no-room']);
  });
});
