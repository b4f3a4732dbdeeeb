// The story's last step: the API's statement against what the steps saw on the chain, to the satoshi.
import type { Statement } from '../../api/calls/shapes';
import type { Simulation } from '../simulation';
import { checkEqual, type Step } from './step';

async function statementOf(sim: Simulation, token: string): Promise<Statement> {
  const answer = await fetch(`${sim.platform.internet.url}/api/v1/open/report/statement`, { headers: { token } });
  return (await answer.json()) as Statement;
}

const sum = (rows: { sats: number }[]): number => rows.reduce((total, row) => total + row.sats, 0);
const fees = (rows: { feeSats: number }[]): number => rows.reduce((total, row) => total + row.feeSats, 0);

export const statement: Step = {
  name: 'statement',
  tells: 'The statement of the period is compared with what was seen on the chain.',
  async run(sim, notes) {
    const tip = await sim.platform.rpc.call<number>('getblockcount', []);
    await sim.advance(5_000);
    checkEqual(await sim.platform.rpc.call<number>('getblockcount', []), tip, 'blocks');
    const cold = await statementOf(sim, sim.tokens.cold_receiving);
    checkEqual(cold.opening_balance, 0, 'the cold opening balance');
    checkEqual(cold.deposits, sum(notes.coldDeposits), 'cold deposits');
    checkEqual(cold.sweeps, sum(notes.swept), 'swept');
    checkEqual(cold.fees, fees(notes.swept), 'fees of sweeps');
    checkEqual(cold.closing_balance, cold.deposits - cold.sweeps - cold.fees, 'the cold closing balance');
    const hot = await statementOf(sim, sim.tokens.hot_sending);
    checkEqual(hot.deposits, sum(notes.hotFunding), 'hot deposits');
    checkEqual(hot.sends, sum(notes.sent), 'sent');
    checkEqual(hot.fees, fees(notes.sent), 'fees of sends');
    checkEqual(hot.closing_balance, hot.deposits - hot.sends - hot.fees, 'the hot closing balance');
  },
};
