// A bounded share of the bench that kills API, gateway, V, website and database at random moments: five books agree on
// every payment. Spec: docs/threat-model.md I2 and 5. Held elsewhere: the API alone (../../host/api/crash.test.ts).
import { expect } from 'chai';
import { killAtRandom } from '../../../tools/bench/kill/run';

const ROUNDS = 6;

/** As the other tests: PostgreSQL where a server is named. The bench starts one of its own, to crash it. */
const DATABASE = process.env.DATABASE_URL ? 'postgres' : 'libsql';

describe('tools/bench/kill', function () {
  this.timeout(240_000);

  it(`${ROUNDS} kills on ${DATABASE}: nothing lost, nothing twice, no program ends by itself`, async function () {
    const report = await killAtRandom({ seed: 'test', rounds: ROUNDS, database: DATABASE, pauseMs: 800 });
    if (!report) return this.skip(); // not installed
    const { lost, twice, different, deaths, payments, kills } = report;
    expect({ lost, twice, different, deaths }).to.deep.equal({ lost: [], twice: [], different: [], deaths: [] });
    expect(payments).to.be.above(1);
    expect(Object.values(kills).reduce((sum, count) => sum + count)).to.equal(ROUNDS);
  });
});
