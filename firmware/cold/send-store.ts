/**
 * The send queue's home in the journal: one record R_SEND a place, 0 | place | SMS-SUBMIT, which supersedes the place's record
 * before; nothing after the place: it is free. Kept are SMS that nobody asks for again (alarms, notices, heartbeats, all texts);
 * answers to V are not, since V asks again. So a day writes a few hundred octets more, and a place is freed by twenty.
 */
import { concatBytes, copyBytes } from '../crypto/bytes';
import { readRecord } from '../journal/journal';
import { R_SEND } from '../journal/records';
import type { SendStore } from '../modem/types';
import type { Cold } from './context';
import { save } from './store';

export function makeSendStore(cold: Cold): SendStore {
  return {
    get: function (id) {
      const at = cold.state.at[R_SEND + ':' + id];
      const record = at === undefined ? new Uint8Array(2) : readRecord(cold.journal as any, at);
      return copyBytes(record, 2, record.length);
    },
    put: function (id, bytes) {
      save(cold, R_SEND, concatBytes([new Uint8Array([0, id]), bytes]));
    },
  };
}
