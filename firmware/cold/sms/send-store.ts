/**
 * The send queue's home in the journal: one record R_SEND a place, 0 | place | SMS-SUBMIT, which supersedes the place's
 * record before; nothing after the place: it is free. Kept are SMS that nobody asks for again (alarms, notices,
 * heartbeats, all texts); replies to V are not, since V asks again. So a day writes a few hundred bytes more, and a
 * place is freed by twenty.
 */
import { concatBytes, copyBytes } from '../../crypto/bytes';
import { readRecord } from '../../journal/journal';
import { R_SEND } from '../../journal/records';
import type { SendStore } from '../../modem/types';
import type { Cold } from '../cold';
import { save } from '../state/store';

/** For a driver whose options name the Cold as their owner. */
export const sendStore: SendStore = {
  readPlace: function (id, cold: Cold) {
    const at = cold.state.at[R_SEND + ':' + id];
    const record = at === undefined ? new Uint8Array(2) : readRecord(cold.journal!, at);
    return copyBytes(record, 2, record.length);
  },
  writePlace: function (id, bytes, cold: Cold) {
    save(cold, R_SEND, concatBytes([new Uint8Array([0, id]), bytes]));
  },
};
