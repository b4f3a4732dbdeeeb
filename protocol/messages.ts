/** Signatures of the typed messages; each `a*` throws an Error with code `bad-request` naming the field. */
import { CborValue } from './cbor/types';

export interface Out { address: string; sats: number }
export interface SignBegin {
  account: number; proto: number; channelId: number; userTxNo: string; outs: string; dynamic: number; authority: Uint8Array;
  txVersion: number; locktime: number; nInputs: number; feeSats: number;
  /** Index on hot chain 1, or null: no change output. */
  changeIndex: number | null;
}
export interface SignInput { i: number; prevTxid: Uint8Array; vout: number; sequence: number; chain: number; index: number; prevTxLen: number }
export interface PrevTx { i: number; offset: number; bytes: Uint8Array }
export interface Ping { account: number; proto: number; channelId: number; userTxNo: string; dynamic: number; authority: Uint8Array }
export interface Attest { account: number; side: number; batchNo: number }
export interface SignFinishReply { nInputs: number; digest: Uint8Array }

export declare function aSignBegin(fields: CborValue[]): SignBegin;
export declare function signBeginFields(message: SignBegin): CborValue[];
export declare function aSignInput(fields: CborValue[]): SignInput;
export declare function signInputFields(message: SignInput): CborValue[];
export declare function aPrevTx(fields: CborValue[]): PrevTx;
export declare function prevTxFields(message: PrevTx): CborValue[];
/** SIGN_FINISH, INFO, STATUS, COLD_STATUS carry no fields. */
export declare function aNoFields(fields: CborValue[]): void;
export declare function aSignFinishReply(fields: CborValue[]): SignFinishReply;
/** SIGN_RESULT [first] -> [[sig64 x up to 4]] */
export declare function aSignResult(fields: CborValue[]): { first: number };
export declare function aSignResultReply(fields: CborValue[]): Uint8Array[];
/** PING [account, proto, channel_id, user_tx_no, "PING", dynamic, authority] */
export declare function aPing(fields: CborValue[]): Ping;
export declare function pingFields(message: Ping): CborValue[];
/** ATTEST [account, side, batch_no] -> [digest32, sig64] */
export declare function aAttest(fields: CborValue[]): Attest;
export declare function attestFields(message: Attest): CborValue[];
export declare function aAttestReply(fields: CborValue[]): { digest: Uint8Array; sig: Uint8Array };
/** Strict outs grammar; `isAddress` judges addresses (checksum, network). Throws code `bad-outs`. */
export declare function parseOuts(text: string, network: string, isAddress: (address: string, network: string) => boolean): Out[];
