/**
 * Operations of V and HSM-Cold over an SMS network that loses, doubles, delays up to an hour and so reorders (SPEC.md
 * 7.5).
 */
import { createHash } from 'node:crypto';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';
import { ColdModel, identities, VModel } from './channel-ends';
import { FaultySms } from './faulty-sms';
import { seeded, seededBytes } from './line';

const BATCHES_A_CHANNEL = 20;
const RETRY_S = 900;
const TRIES_MAX = 60;

export interface BadNetworkResult {
  operations: number;
  right: number;
  /** Operations after which the two ends did not hold the same channel keys. */
  differing: number;
  sms: number;
}

/** Runs `operations` batch verifications, a new channel every BATCHES_A_CHANNEL. Seeded. */
export function badNetwork(operations: number, seed = 7): BadNetworkResult {
  const next = seeded(seed);
  const crypto = protocolCrypto(seededBytes(seeded(seed + 1)));
  const ids = identities(crypto);
  const digest = (side: number, batchNo: number): Uint8Array =>
    new Uint8Array(createHash('sha256').update(`${side}/${batchNo}`).digest());
  const isWrong = (batchNo: number): boolean => batchNo % 5 === 3;
  const cold = new ColdModel(crypto, ids, digest);
  const v = new VModel(crypto, ids, (side, batchNo) => (isWrong(batchNo) ? digest(9, batchNo) : digest(side, batchNo)));
  const net = new FaultySms(next, { loss: 0.1, duplicate: 0.1, delayMaxS: 3600 });
  const result: BadNetworkResult = { operations: 0, right: 0, differing: 0, sms: 0 };
  const waitUntil = (untilS: number, isDone: () => boolean): void => {
    while (!isDone()) {
      const sms = net.nextSms(untilS);
      if (!sms) return;
      const answer = sms.to === 'cold' ? cold.answer(sms.body) : (v.hear(sms.body), undefined);
      if (answer) net.send('v', answer);
    }
  };
  while (result.operations < operations) {
    const before = v.current;
    for (let tries = 0; v.current === before && tries < TRIES_MAX; tries++) {
      net.send('cold', v.ask());
      waitUntil(net.nowS + RETRY_S, () => v.current !== before);
    }
    for (let i = 0; i < BATCHES_A_CHANNEL && result.operations < operations; i++) {
      const batchNo = result.operations++;
      for (let tries = 0; !v.results.has(`1/${batchNo}`) && tries < TRIES_MAX; tries++) {
        net.send('cold', v.verify(1, batchNo));
        waitUntil(net.nowS + RETRY_S, () => v.results.has(`1/${batchNo}`));
      }
      if (v.results.get(`1/${batchNo}`) === !isWrong(batchNo)) result.right++;
      if (!cold.current || !v.current || Buffer.compare(cold.current.key32, v.current.key32) !== 0) result.differing++;
    }
  }
  result.sms = net.sent;
  return result;
}
