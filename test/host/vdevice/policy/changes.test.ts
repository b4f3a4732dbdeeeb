// Holds what counts as looser (host/vdevice/policy/changes.ts): for each field the same, tighter, looser by one, left
// out.

import { expect } from 'chai';
import { looserFields } from '../../../../host/vdevice/policy/changes';
import type { VPolicy } from '../../../../host/vdevice';

const A = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const B = 'mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r';

/** before, what is as tight or tighter, what is looser. */
const ROWS: [string, VPolicy, VPolicy[], VPolicy[]][] = [
  ...(['txMaxSats', 'txMaxFeeSats', 'maxOutSats', 'approveAboveSats'] as const).map(
    (name): [string, VPolicy, VPolicy[], VPolicy[]] => [
      name,
      { [name]: 5 },
      [{ [name]: 5 }, { [name]: 4 }],
      [{ [name]: 6 }, { [name]: 0 }, {}],
    ],
  ),
  ['maxOutputs', { maxOutputs: 99 }, [{ maxOutputs: 99 }, { maxOutputs: 98 }], [{ maxOutputs: 100 }, {}]],
  ['maxOutputs', { maxOutputs: 100 }, [{ maxOutputs: 0 }, {}], []],
  ['maxFeerateSatVb', { maxFeerateSatVb: 1000 }, [{}, { maxFeerateSatVb: 0 }], [{ maxFeerateSatVb: 1001 }]],
  ['maxFeerateSatVb', {}, [{ maxFeerateSatVb: 999 }], [{ maxFeerateSatVb: 1001 }]],
  ['minOutputSats', { minOutputSats: 20_000 }, [{ minOutputSats: 20_001 }], [{ minOutputSats: 19_999 }, {}]],
  ['minOutputSats', { minOutputSats: 10_000 }, [{ minOutputSats: 9_999 }, {}], []],
  ...(['windowMaxSats', 'windowMaxFeeSats', 'windowMaxCount'] as const).map(
    (name): [string, VPolicy, VPolicy[], VPolicy[]] => [
      name,
      { [name]: 5 },
      [
        { [name]: 5, windowSeconds: 86_400 },
        { [name]: 4 },
        { [name]: 5, windowSeconds: 86_401 },
        { windows: [{ [name]: 5 }] },
      ],
      [{ [name]: 6 }, { [name]: 0 }, {}, { [name]: 5, windowSeconds: 86_399 }],
    ],
  ),
  [
    'windowMaxCount',
    { windows: [{ windowMaxCount: 3, windowSeconds: 60 }, { windowMaxCount: 9 }] },
    [{ windowMaxCount: 3 }, { windows: [{ windowMaxCount: 9 }, { windowMaxCount: 3, windowSeconds: 60 }] }],
    [{ windows: [{ windowMaxCount: 3, windowSeconds: 60 }] }, { windows: [{ windowMaxCount: 9 }] }],
  ],
  [
    'allowList',
    { allowList: [A, B] },
    [{ allowList: [B, A.toUpperCase()] }, { allowList: [] }, { isAllowListOnly: true }],
    [{}, { isAllowListOnly: false }],
  ],
  ['allowList', { allowList: [A] }, [{ allowList: [A], isAllowListOnly: true }], [{ allowList: [A, B] }]],
  ['allowList', { isAllowListOnly: true }, [{ allowList: [] }], [{ allowList: [A] }, {}]],
  ['allowList', { isAllowListOnly: false }, [{}, { allowList: [A] }], []],
  ['dynamicFee', { dynamicFee: false }, [{ dynamicFee: false }], [{ dynamicFee: true }, {}]],
  ['stopAtRefusal', { stopAtRefusal: true }, [{ stopAtRefusal: true }], [{ stopAtRefusal: false }, {}]],
  ['approveNewDestinations', { approveNewDestinations: true }, [{ approveNewDestinations: true }], [{}]],
  [
    'fromMinute',
    { fromMinute: 5, toMinute: 9 },
    [{ fromMinute: 5, toMinute: 9 }],
    [{ fromMinute: 5, toMinute: 10 }, { fromMinute: 4, toMinute: 9 }, {}],
  ],
  ['fromMinute', { fromMinute: 7, toMinute: 7 }, [{}, { fromMinute: 1, toMinute: 2 }], []],
  [
    'hours',
    { hours: { from: '08:00', to: '09:00' } },
    [{ hours: { from: '08:00', to: '09:00' } }],
    [{ hours: { from: '08:00', to: '10:00' } }, { hours: { from: '07:00', to: '09:00' } }, {}],
  ],
];

describe('host/vdevice changes of a policy', () => {
  for (const [name, before, tight, loose] of ROWS)
    it(`${name} from ${JSON.stringify(before)}`, () => {
      for (const after of tight) expect(looserFields(before, after), JSON.stringify(after)).to.deep.equal([]);
      for (const after of loose) expect(looserFields(before, after), JSON.stringify(after)).to.deep.equal([name]);
    });

  it('names all of them; what was not limited is not looser', () => {
    expect(looserFields({ txMaxSats: 5, windowMaxSats: 9, dynamicFee: false }, { txMaxSats: 6 })).to.deep.equal([
      'txMaxSats',
      'windowMaxSats',
      'dynamicFee',
    ]);
    expect(looserFields({}, { txMaxSats: 6, windowMaxSats: 1, hours: { from: '01:00', to: '02:00' } })).to.deep.equal(
      [],
    );
  });
});
