/**
 * Every number, limit and version that travels on a wire: the serial links, the binary SMS, the channel.
 * A number is given once and never used again; what is withdrawn stays here as a comment with its number.
 * SPEC.md (tables) and wire.cddl say the same; test/protocol/wire.test.ts holds the three together.
 * Plain constants: the device's bundler puts the literals where they are used and drops the tables at the end.
 */

// Versions (SPEC.md 2)
export const LINK_VERSION_MIN = 1;
export const LINK_VERSION_MAX = 1;
export const SMS_VERSION = 2;

// Sides of an account: the published address_type
export const SIDE_HOT = 1;
export const SIDE_COLD = 2;

// Chains of an account key (BIP44)
export const CHAIN_RECEIVING = 0;
export const CHAIN_CHANGE = 1;

// Who vouches for a request: SIGN_BEGIN and PING field `proto`
export const PROTO_V1 = 1;
export const PROTO_V2 = 2;

// Frames on a UART (SPEC.md 4): first octet. Bit 7: under the session's keys. Bit 0 of DATA: more frames follow at
// once; bit 1 of DATA: its message goes on in the next frame.
export const FRAME_HELLO = 0x01;
export const FRAME_HELLO_REPLY = 0x02;
export const FRAME_NO_SESSION = 0x03;
export const FRAME_ACK = 0x10;
export const FRAME_DATA = 0x20;
export const FRAME_FLAG_MORE = 0x01;
export const FRAME_FLAG_CONTINUES = 0x02;
export const FRAME_FLAG_SEALED = 0x80;

// Link limits, octets unless named otherwise (SPEC.md 4)
export const LINE_FRAME_MAX = 512;
export const FRAME_BODY_MAX = 508;
export const PAYLOAD_MAX = 489;
export const PAYLOAD_MIN = 32;
export const MESSAGE_MAX = 2048;
export const MESSAGE_MIN = 128;
export const MESSAGE_ITEMS_MAX = 96;
export const WINDOW_MAX = 8;
export const WINDOW_DEFAULT = 2;
export const REQUESTS_MAX = 8;
export const REQUEST_ID_COUNT = 24;
export const REMEMBERED_REPLY_MAX = 96;
export const CRC_BYTES = 4;
export const LINK_TAG_BYTES = 16;
export const LINK_NONCE_BYTES = 16;
export const LINK_KEY_BYTES = 32;
export const LINK_SEQ_MAX = 0x7fffffff;
export const REKEY_FRAMES = 1048576;
export const HELLO_BYTES = 29;
export const HELLO_REPLY_BYTES = 61;
export const QUEUE_MAX = 16;
export const LOST_IDS_MAX = 12;

// Link times, milliseconds (SPEC.md 4.5)
export const ACK_DELAY_MS = 60;
export const RETRANSMIT_FIRST_MS = 500;
export const RETRANSMIT_LAST_MS = 8000;
export const HELLO_FIRST_MS = 250;
export const HELLO_LAST_MS = 4000;
export const KEEP_ALIVE_MS = 15000;
export const LINK_DEAD_MS = 60000;
export const NO_SESSION_PAUSE_MS = 1000;
export const REQUEST_TIMEOUT_MS = 180000;

// Messages on a link (SPEC.md 5): first field
export const MSG_REPLY = 0;
export const MSG_REFUSAL = 1;
export const MSG_INFO = 2;
export const MSG_STATUS = 3;
export const MSG_COLD_STATUS = 4;
export const MSG_PING = 5;
export const MSG_SIGN_BEGIN = 6;
export const MSG_SIGN_INPUT = 7;
export const MSG_PREV_TX = 8;
export const MSG_SIGN_FINISH = 9;
export const MSG_SIGN_RESULT = 10;
export const MSG_ATTEST = 11;
export const MSG_SIGN_OUTS = 12;

// Refusals (SPEC.md 5.3): [MSG_REFUSAL, request_id, code, tag]
export const REFUSE_BAD_REQUEST = 1;
export const REFUSE_UNKNOWN_TYPE = 2;
export const REFUSE_BAD_STATE = 3;
export const REFUSE_NOT_READY = 4;
export const REFUSE_BUSY = 5;
export const REFUSE_LOCKED = 6;
export const REFUSE_NOT_PROVISIONED = 7;
export const REFUSE_WIPED = 8;
export const REFUSE_NO_ACCOUNT = 9;
export const REFUSE_ACCOUNT_CLOSED = 10;
export const REFUSE_NO_CHANNEL = 11;
export const REFUSE_BAD_AUTHORITY = 12;
export const REFUSE_PROTO_OFF = 13;
export const REFUSE_BAD_OUTS = 14;
export const REFUSE_BAD_INPUT = 15;
export const REFUSE_BAD_PREV_TX = 16;
export const REFUSE_BAD_FEE = 17;
export const REFUSE_POLICY = 18;
export const REFUSE_CONFLICT = 19;
export const REFUSE_RATE = 20;
export const REFUSE_COLD_UNREACHABLE = 21;
export const REFUSE_LIMIT = 22;
export const REFUSE_INTERNAL = 23;
export const REFUSAL_TAG_MAX = 32;

// Fields of messages: named maxima (SPEC.md 5.2)
export const ACCOUNT_MAX = 65535;
export const CHANNEL_ID_MAX = 4294967295;
export const USER_TX_NO_MAX = 64;
export const OUTS_MAX = 8200;
export const OUTS_INLINE_MAX = 1700;
export const OUTS_CHUNK_MAX = 400;
export const OUTS_COUNT_MAX = 100;
export const ADDRESS_MAX = 64;
export const ADDRESS_MIN = 14;
export const AMOUNT_MAX_SATS = 2100000000000000;
export const AUTHORITY_V1_BYTES = 65;
export const AUTHORITY_V2_BYTES = 32;
export const TX_VERSION_MIN = 1;
export const TX_VERSION_MAX = 2;
export const U32_MAX = 4294967295;
export const INPUTS_MAX = 100;
export const INDEX_MAX = 2147483647;
export const PREV_TX_MIN = 60;
export const PREV_TX_MAX = 1000000;
export const PREV_TX_CHUNK_MAX = 400;
export const RESULT_SIGS_MAX = 4;
export const BATCH_SIZE = 1000;
export const BATCH_NO_MAX = 2147482;
export const DIGEST_BYTES = 32;
export const SIG_BYTES = 64;

// CBOR limits (SPEC.md 3)
export const CBOR_DEPTH_MAX = 16;
export const CBOR_BYTES_MAX = 1048576;

// States of HSM-Cold and of an account
export const DEVICE_FACTORY = 1;
export const DEVICE_LOCKED = 2;
export const DEVICE_UNLOCKED = 3;
export const DEVICE_WIPED = 4;
export const ACCOUNT_OPEN = 1;
export const ACCOUNT_CLOSED = 2;

// Binary SMS (SPEC.md 6): first octet, version 2 in the high half
export const SMS_OPEN = 0x21;
export const SMS_ACCEPT = 0x22;
export const SMS_BATCH_VERIFY = 0x23;
export const SMS_BATCH_ANSWER = 0x24;
export const SMS_STATUS = 0x25;
export const SMS_STATUS_ANSWER = 0x26;
export const SMS_ALARM = 0x27;
export const SMS_NOTICE = 0x28;
export const SMS_RENEW = 0x29;

// Binary SMS limits, octets unless named otherwise
export const SMS_PORT = 17229;
export const SMS_UD_MAX = 140;
export const SMS_UDH_BYTES = 7;
export const SMS_BODY_MAX = 133;
export const SMS_TAG_BYTES = 8;
export const SMS_HEADER_BYTES = 5;
export const SMS_SEQ_MAX = 65535;
export const SMS_REPLAY_WINDOW = 32;
export const CHANNEL_KEY_BYTES = 32;
export const PROOF_BYTES = 16;
export const NOTICE_DIGEST_BYTES = 8;

// BATCH_ANSWER status
export const BATCH_OK = 0;
export const BATCH_DERIVING = 1;
export const BATCH_REFUSED = 2;
export const BATCH_WAIT_MAX_S = 86400;

// ALARM codes
export const ALARM_FORGERY = 1;
export const ALARM_CONFLICT = 2;
export const ALARM_POLICY = 3;
export const ALARM_CLOSED = 4;
export const ALARM_REOPENED = 5;
export const ALARM_WIPED = 6;
export const ALARM_CODE_MAX = 6;

/** Number → name, for people, logs and the tests; the device's bundler drops it. */
export const REFUSAL_NAMES: { [code: number]: string } = {
  1: 'bad-request',
  2: 'unknown-type',
  3: 'bad-state',
  4: 'not-ready',
  5: 'busy',
  6: 'locked',
  7: 'not-provisioned',
  8: 'wiped',
  9: 'no-account',
  10: 'account-closed',
  11: 'no-channel',
  12: 'bad-authority',
  13: 'proto-off',
  14: 'bad-outs',
  15: 'bad-input',
  16: 'bad-prev-tx',
  17: 'bad-fee',
  18: 'policy',
  19: 'conflict',
  20: 'rate',
  21: 'cold-unreachable',
  22: 'limit',
  23: 'internal',
};

export const MESSAGE_NAMES: { [type: number]: string } = {
  0: 'reply',
  1: 'refusal',
  2: 'info',
  3: 'status',
  4: 'cold-status',
  5: 'ping',
  6: 'sign-begin',
  7: 'sign-input',
  8: 'prev-tx',
  9: 'sign-finish',
  10: 'sign-result',
  11: 'attest',
  12: 'sign-outs',
};

export const SMS_NAMES: { [op: number]: string } = {
  0x21: 'open',
  0x22: 'accept',
  0x23: 'batch-verify',
  0x24: 'batch-answer',
  0x25: 'status',
  0x26: 'status-answer',
  0x27: 'alarm',
  0x28: 'notice',
  0x29: 'renew',
};

export const ALARM_NAMES: { [code: number]: string } = {
  1: 'forgery',
  2: 'conflict',
  3: 'policy',
  4: 'closed',
  5: 'reopened',
  6: 'wiped',
};
