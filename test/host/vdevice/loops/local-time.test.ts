// Holds host/vdevice/loops/local-time.ts: V's local time.

import { expect } from 'chai';
import { aMinuteOfDay, localTime } from '../../../../host/vdevice/loops/local-time';

const NOON = Date.UTC(2026, 0, 5, 12, 0, 0);

describe('host/vdevice local time', () => {
  it('finds the next time of day, also right at it and over midnight', () => {
    const time = localTime(480);
    const at = (text: string) => time.text(time.nextAt(aMinuteOfDay(text), NOON));
    expect(time.text(NOON)).to.equal('2026-01-05 20:00:00');
    expect(at('03:00')).to.equal('2026-01-06 03:00:00');
    expect(at('20:00')).to.equal('2026-01-06 20:00:00');
    expect(at('20:01')).to.equal('2026-01-05 20:01:00');
    expect(time.nextAt(aMinuteOfDay('20:01'), NOON + 59999)).to.equal(NOON + 60000);
  });

  it('comes to whole milliseconds from a clock with fractions, a day apart', () => {
    const time = localTime(0);
    const first = time.nextAt(180, NOON + 0.3137);
    expect(first).to.equal(Date.UTC(2026, 0, 6, 3, 0, 0));
    expect(time.nextAt(180, first + 0.0001)).to.equal(first + 86400000);
  });

  it('refuses what is no time of day', () => {
    for (const text of ['24:00', '3:00', '03:60', '', '03:00:00'])
      expect(() => aMinuteOfDay(text))
        .to.throw()
        .with.property('code', 'bad-time');
  });
});
