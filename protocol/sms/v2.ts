/** Signatures of the binary SMS operations under a channel (the user data without its header, at most SMS_BODY_MAX octets). */
import { ProtocolCrypto } from '../crypto';
import { Channel } from '../channel';

export type ToSide = 'to-cold' | 'to-v';
export interface Opened { op: number; seq: number; fields: any[] }

/** Channel id's low 16 bits that an operation names, or -1 when `bytes` is no such operation. */
export declare function smsChannelHint(bytes: Uint8Array): number;
/** First octet: SMS_*; -1 when unknown. */
export declare function smsOp(bytes: Uint8Array): number;
/** Seals op + fields; takes the next channel.sendSeq (persist the channel before sending). Throws `sms-too-long`, `channel-exhausted`. */
export declare function sealSms(crypto: ProtocolCrypto, channel: Channel, direction: ToSide, op: number, fields: any[]): Uint8Array;
/** Opens and checks; moves the replay window. Throws `sms-malformed`, `sms-forged`, `sms-replayed`; the channel is then unchanged. */
export declare function openSms(crypto: ProtocolCrypto, channel: Channel, direction: ToSide, bytes: Uint8Array): Opened;

export interface BatchVerify { side: number; batchNo: number }
export interface BatchAnswer { side: number; batchNo: number; status: number; /** when deriving */ seconds: number; /** when ok: 16 bytes */ proof?: Uint8Array }
export interface StatusAnswer { deviceState: number; accountState: number; unixSeconds: number; batchesHot: number; batchesCold: number }
export interface Alarm { code: number; accountState: number; unixSeconds: number }
export interface Notice { noticeNo: number; maxPerTxSats: number; maxPerDaySats: number; policyDigest8: Uint8Array }
export declare function aBatchVerify(fields: any[]): BatchVerify;
export declare function batchVerifyFields(m: BatchVerify): any[];
export declare function aBatchAnswer(fields: any[]): BatchAnswer;
export declare function batchAnswerFields(m: BatchAnswer): any[];
export declare function aStatusAnswer(fields: any[]): StatusAnswer;
export declare function statusAnswerFields(m: StatusAnswer): any[];
export declare function aAlarm(fields: any[]): Alarm;
export declare function alarmFields(m: Alarm): any[];
export declare function aNotice(fields: any[]): Notice;
export declare function noticeFields(m: Notice): any[];
