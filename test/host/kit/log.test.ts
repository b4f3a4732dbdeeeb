// Holds host/kit/log.ts: events with closed names, and no secret in any of them.

import { expect } from 'chai';
import { createLog, formatEvent, type LogEvent } from '../../../host/kit/log';

describe('host/kit/log', () => {
  const events: LogEvent[] = [];
  const log = createLog({
    runtime: { nowMs: () => 5 },
    who: 'api',
    listener: (event) => events.push(event),
    secrets: ['sesame-sesame', 'x'],
  });
  beforeEach(() => void (events.length = 0));

  it('says when, who, over what, how grave, and the fields', () => {
    log.info('sent a payment', { account: 3, user_tx_no: '7' });
    log.over('serial').warn('the line is down');
    expect(events).to.deep.equal([
      { at: 5, who: 'api', text: 'sent a payment', data: { account: 3, user_tx_no: '7' } },
      { at: 5, who: 'api', link: 'serial', level: 'warning', text: 'the line is down' },
    ]);
  });

  it('cuts secrets out of texts and fields; a short one would mutilate texts and stays', () => {
    log.info('the token sesame-sesame of x', { outs: 'sesame-sesame' });
    expect(events[0].text).to.equal('the token [secret] of x');
    expect(events[0].data).to.deep.equal({ outs: '[secret]' });
  });

  it('an event is one line: time in UTC, who, over what, text', () => {
    expect(formatEvent({ at: 7000, who: 'api', link: 'serial', text: 'up' })).to.equal(
      '00:00:07  api        serial   up',
    );
    expect(formatEvent({ at: 0, who: 'v-device', text: 'up' })).to.equal('00:00:00  v-device            up');
  });

  it('without a listener it does nothing', () => {
    createLog({ runtime: { nowMs: () => 5 }, who: 'api' }).info('x');
    expect(events).to.deep.equal([]);
  });
});
