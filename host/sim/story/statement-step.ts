// The story's last step: the API's statement against what the steps saw on the chain, to the satoshi.
import type { Simulation } from '../simulation';
import { checkEqual, type Step } from './step';

export interface StatementSide {
  deposits_sats: number;
  sent_sats: number;
  swept_sats: number;
  fees_sats: number;
  opening_sats: number;
  closing_sats: number;
}

async function statementOf(sim: Simulation, token: string): Promise<StatementSide> {
  const answer = await fetch(`${sim.platform.internet.url}/api/v1/open/report/statement`, { headers: { token } });
  return (await answer.json()) as StatementSide;
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
    checkEqual(cold.opening_sats, 0, 'the cold opening balance');
    checkEqual(cold.deposits_sats, sum(notes.coldDeposits), 'cold deposits');
    checkEqual(cold.swept_sats, sum(notes.swept), 'swept');
    checkEqual(cold.fees_sats, fees(notes.swept), 'fees of sweeps');
    checkEqual(cold.closing_sats, cold.deposits_sats - cold.swept_sats - cold.fees_sats, 'the cold closing balance');
    const hot = await statementOf(sim, sim.tokens.hot_sending);
    checkEqual(hot.deposits_sats, sum(notes.hotFunding), 'hot deposits');
    checkEqual(hot.sent_sats, sum(notes.sent), 'sent');
    checkEqual(hot.fees_sats, fees(notes.sent), 'fees of sends');
    checkEqual(hot.closing_sats, hot.deposits_sats - hot.sent_sats - hot.fees_sats, 'the hot closing balance');
  },
};
