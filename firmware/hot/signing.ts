/**
 * The signing that HSM-Hot relays, followed from its SIGN_BEGIN: what was announced, and what of it went through. Only
 * what it may still need is let through, in order and once, so that a flood of pieces, inputs, finishes or results ends
 * at HSM-Hot. A piece of a text or of a previous transaction that is not its last has half of the most bytes at least:
 * small ones cost as much. HSM-Cold checks all of it again. Spec: SPEC.md 5.2.
 */
import {
  MSG_PREV_TX,
  MSG_SIGN_INPUT,
  MSG_SIGN_OUTS,
  MSG_SIGN_RESULT,
  OUTS_CHUNK_MAX,
  PREV_TX_CHUNK_MAX,
  RESULT_SIGS_MAX,
} from '../../protocol/wire';
import type { SignBegin } from '../../protocol/link/messages';
import type { Relayed } from './relay-rule';

export interface Signing {
  nInputs: number;
  /** Characters of the outs text, or bytes of the previous transaction, that went through and that are to come. */
  at: number;
  left: number;
  /** Inputs begun; 0 while the outs text comes in. */
  inputs: number;
  isFinished: boolean;
  /** Results asked for. */
  results: number;
}

/** Begins at a SIGN_BEGIN: a text that is within it is all there. */
export function followSigning(m: SignBegin): Signing {
  return { nInputs: m.nInputs, at: 0, left: m.outs ? 0 : m.outsLen, inputs: 0, isFinished: false, results: 0 };
}

function isNextPiece(signing: Signing, offset: number, length: number, most: number): boolean {
  return offset === signing.at && length <= signing.left && (length === signing.left || 2 * length >= most);
}

/** May the signing need this request, the next of its kind? m: its fields, checked. */
export function isNeeded(signing: Signing, type: number, m: Relayed): boolean {
  if (type === MSG_SIGN_OUTS) return !signing.inputs && isNextPiece(signing, m.offset!, m.text!.length, OUTS_CHUNK_MAX);
  if (type === MSG_PREV_TX)
    return (
      signing.inputs > 0 &&
      m.i! === signing.inputs - 1 &&
      isNextPiece(signing, m.offset!, m.bytes!.length, PREV_TX_CHUNK_MAX)
    );
  if (signing.left) return false;
  if (type === MSG_SIGN_INPUT) return m.i! === signing.inputs && m.i < signing.nInputs;
  if (type === MSG_SIGN_RESULT) return signing.isFinished && m.first! === signing.results && m.first < signing.nInputs;
  return signing.inputs === signing.nInputs && !signing.isFinished;
}

/** The request goes through. */
export function passOn(signing: Signing, type: number, m: Relayed): void {
  if (type === MSG_SIGN_OUTS || type === MSG_PREV_TX) {
    const length = type === MSG_PREV_TX ? m.bytes!.length : m.text!.length;
    signing.at += length;
    signing.left -= length;
  } else if (type === MSG_SIGN_INPUT) {
    signing.inputs++;
    signing.at = 0;
    signing.left = m.prevTxLen!;
  } else if (type === MSG_SIGN_RESULT) signing.results += RESULT_SIGS_MAX;
  else signing.isFinished = true;
}

/**
 * Is the reply to this request the last one that the signing needs? first: of a RESULT, the first signature that it
 * asks for.
 */
export function isLastReply(signing: Signing, type: number, first: number): boolean {
  return type === MSG_SIGN_RESULT && first + RESULT_SIGS_MAX >= signing.nInputs;
}
