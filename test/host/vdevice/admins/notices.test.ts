// Holds the bound on SMS that a website can cause (host/vdevice/admins/notices.ts): one an hour of each kind, whatever
// the clock does.

import { expect } from 'chai';
import type { VContext } from '../../../../host/vdevice/context';
import { giveNotice, nextNoticeMs, sendNotices } from '../../../../host/vdevice/admins/notices';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 5);

/** A context of a clock, a memory and the texts that went out. */
function createDesk() {
  const clock = { ms: START_MS };
  const texts: string[] = [];
  const memory = new Map<string, unknown>();
  const state = {
    getNumber: (name: string, otherwise: number) => memory.get(name) ?? otherwise,
    setNumber: (name: string, value: number) => memory.set(name, value),
    getText: (name: string) => memory.get(name) ?? null,
    setText: (name: string, value: string) => memory.set(name, value),
    transaction: (work: () => unknown) => work(),
  };
  const context = { steadyMs: () => clock.ms, state, tellAdmins: (text: string) => texts.push(text) };
  return { clock, texts, context: context as unknown as VContext };
}

describe('host/vdevice notices', () => {
  it('sends the first of each kind at once, the others together when its hour is over', () => {
    const { clock, texts, context } = createDesk();
    giveNotice(context, 'refused', 'a');
    giveNotice(context, 'held', 'b');
    giveNotice(context, 'refused', 'c');
    expect([texts, nextNoticeMs(context)]).to.deep.equal([['a', 'b'], START_MS + HOUR_MS]);
    clock.ms += HOUR_MS - 1;
    giveNotice(context, 'refused', 'd');
    sendNotices(context);
    expect(texts).to.have.length(2);
    clock.ms += 1;
    sendNotices(context);
    expect([texts.slice(2), nextNoticeMs(context)]).to.deep.equal([['2 more refused, the last: d'], null]);
    giveNotice(context, 'refused', 'e');
    expect([texts.length, nextNoticeMs(context)]).to.deep.equal([3, START_MS + 2 * HOUR_MS]);
  });

  it('counts one that comes when the hour is over with those kept back before', () => {
    const { clock, texts, context } = createDesk();
    giveNotice(context, 'refused', 'a');
    giveNotice(context, 'refused', 'b');
    clock.ms += 2 * HOUR_MS;
    giveNotice(context, 'refused', 'c');
    sendNotices(context);
    expect(texts).to.deep.equal(['a', '2 more refused, the last: c']);
  });

  it('is not put off by a clock that was set back while V was off', () => {
    const { clock, texts, context } = createDesk();
    giveNotice(context, 'refused', 'a');
    clock.ms -= 30 * 24 * HOUR_MS;
    giveNotice(context, 'refused', 'b');
    giveNotice(context, 'refused', 'c');
    expect([texts, nextNoticeMs(context)]).to.deep.equal([['a', 'b'], clock.ms + HOUR_MS]);
  });
});
