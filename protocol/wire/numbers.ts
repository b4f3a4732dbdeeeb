/**
 * The numbers, limits and versions of the wire: the serial links, the binary SMS, the channel.
 * A number is given once and never used again; a withdrawn one stays in its table as withdrawn.
 * After a change: `npm run generate`.
 */
import type { CodeTable, NumberTable } from './table';

// prettier-ignore
export const VERSIONS: NumberTable = {
  region: 'versions',
  title: 'Versions (SPEC.md 2)',
  heading: 'what',
  rows: [
    ['LINK_VERSION_MIN', 2, 'link, lowest spoken'],
    ['LINK_VERSION_MAX', 2, 'link, highest spoken'],
    ['SMS_VERSION',      3, 'binary SMS, high half of the first octet'],
  ],
};

// prettier-ignore
export const CBOR_LIMITS: NumberTable = {
  region: 'cbor-limits',
  title: 'CBOR limits (SPEC.md 3.2)',
  heading: 'limit',
  rows: [
    ['CBOR_DEPTH_MAX',         16, 'nesting of arrays and maps'],
    ['CBOR_BYTES_MAX',    1048576, 'octets of one input'],
    ['MESSAGE_ITEMS_MAX',      96, 'data items of one link payload'],
  ],
};

// prettier-ignore
export const FRAMES: NumberTable = {
  region: 'frames',
  title: 'Frames on a UART: first octet (SPEC.md 4.1)',
  heading: 'frame',
  isHex: true,
  rows: [
    ['FRAME_HELLO',          0x01, 'hello'],
    ['FRAME_HELLO_REPLY',    0x02, 'answer to it'],
    ['FRAME_NO_SESSION',     0x03, '"I have no session"'],
    ['FRAME_ACK',            0x10, 'bare acknowledgement'],
    ['FRAME_DATA',           0x20, 'data'],
    ['FRAME_FLAG_MORE',      0x01, 'flag of data: more frames follow at once'],
    ['FRAME_FLAG_CONTINUES', 0x02, 'flag of data: its message goes on in the next frame'],
    ['FRAME_FLAG_SEALED',    0x80, "flag of data and acknowledgement: under the session's keys"],
  ],
};

// prettier-ignore
export const LINK_LIMITS: NumberTable = {
  region: 'link-limits',
  title: 'Limits of a link, octets unless named otherwise (SPEC.md 4.1)',
  heading: 'limit',
  rows: [
    ['LINE_FRAME_MAX',           512, 'octets on the line, with `00`'],
    ['FRAME_BODY_MAX',           508, 'octets of a body'],
    ['PAYLOAD_MAX',              489, 'octets of a payload, most'],
    ['PAYLOAD_MIN',               32, 'octets of a payload, least that an end may offer'],
    ['MESSAGE_MAX',             2048, 'octets of a message, most'],
    ['MESSAGE_MIN',              128, 'octets of a message, least that an end may offer'],
    ['WINDOW_MAX',                 8, 'frames in flight, most'],
    ['WINDOW_DEFAULT',             2, 'frames in flight, unless set'],
    ['REQUESTS_MAX',               8, 'open requests'],
    ['QUEUE_MAX',                 16, 'requests that wait at the sender, unless set'],
    ['HELLO_BYTES',               29, 'octets of HELLO without check'],
    ['HELLO_REPLY_BYTES',         61, 'octets of an authenticated HELLO_REPLY without check'],
    ['LINK_NONCE_BYTES',          16, 'octets of a nonce'],
    ['LINK_KEY_BYTES',            32, 'octets of the link key'],
    ['LINK_TAG_BYTES',            16, 'octets of a tag'],
    ['CRC_BYTES',                  4, 'octets of a CRC'],
    ['LINK_SEQ_MAX',      0x7fffffff, 'highest frame number of a session'],
    ['REKEY_FRAMES',         1048576, 'frames after which the initiator renews the session'],
  ],
};

// prettier-ignore
export const LINK_TIMES: NumberTable = {
  region: 'link-times',
  title: 'Times of a link, milliseconds (SPEC.md 4.5)',
  heading: 'time',
  rows: [
    ['ACK_DELAY_MS',            60, 'acknowledgement waits for something to ride with'],
    ['RETRANSMIT_FIRST_MS',    500, 'first retransmission'],
    ['RETRANSMIT_LAST_MS',    8000, 'longest pause between retransmissions'],
    ['HELLO_FIRST_MS',         250, 'first repetition of HELLO'],
    ['HELLO_LAST_MS',         4000, 'longest pause between HELLOs'],
    ['KEEP_ALIVE_MS',        15000, 'initiator sends empty DATA after this silence of its own'],
    ['LINK_DEAD_MS',         60000, 'the link is down after this silence of the other end'],
    ['NO_SESSION_PAUSE_MS',   1000, 'pause between two NO_SESSION'],
    ['REQUEST_TIMEOUT_MS',  180000, 'a request without an answer has failed, unless set'],
  ],
};

// prettier-ignore
export const REQUEST_LIMITS: NumberTable = {
  region: 'request-limits',
  title: 'Limits of requests and replies (SPEC.md 5.1)',
  heading: 'limit',
  rows: [
    ['REQUEST_ID_COUNT',     24, 'request ids'],
    ['LOST_IDS_MAX',         12, 'ids given up at once'],
    ['REMEMBERED_REPLY_MAX', 96, 'octets of a remembered reply'],
    ['REFUSAL_TAG_MAX',      32, "characters of a refusal's tag"],
  ],
};

// prettier-ignore
export const FIELDS: NumberTable = {
  region: 'fields',
  title: 'Fields of messages: their limits and values (SPEC.md 5.2)',
  heading: 'field',
  rows: [
    ['ACCOUNT_MAX',                   65535, 'account, most'],
    ['PROTO_V1',                          1, "proto: published app's signature"],
    ['PROTO_V2',                          2, "proto: channel's authority"],
    ['CHANNEL_ID_MAX',           4294967295, 'channel_id, 1 to'],
    ['USER_TX_NO_MAX',                   64, 'user_tx_no, characters'],
    ['TRANSACTIONS_MAX',                 10, 'transactions signed under a number, most'],
    ['OUTS_MAX',                       8200, 'outs, characters'],
    ['OUTS_INLINE_MAX',                1700, 'of these within begin, most'],
    ['OUTS_CHUNK_MAX',                  400, 'characters of one SIGN_OUTS'],
    ['OUTS_COUNT_MAX',                  100, 'outputs in outs'],
    ['ADDRESS_MIN',                      14, 'address, characters, least'],
    ['ADDRESS_MAX',                      64, 'address, characters, most'],
    ['AMOUNT_MAX_SATS',    2100000000000000, 'amount, most'],
    ['AUTHORITY_V1_BYTES',               65, 'authority under `PROTO_V1`, octets'],
    ['AUTHORITY_V2_BYTES',               32, 'authority under `PROTO_V2`, octets'],
    ['TX_VERSION_MIN',                    1, 'tx_version, least'],
    ['TX_VERSION_MAX',                    2, 'tx_version, most'],
    ['U32_MAX',                  4294967295, 'locktime, vout, sequence, most'],
    ['INPUTS_MAX',                      100, 'n_inputs, most'],
    ['CHAIN_RECEIVING',                   0, 'chain: receiving'],
    ['CHAIN_CHANGE',                      1, 'chain: change'],
    ['INDEX_MAX',                2147483647, 'index, change_index, most'],
    ['PREV_TX_MIN',                      60, 'prev_tx_len, least'],
    ['PREV_TX_MAX',                 1000000, 'prev_tx_len, most'],
    ['PREV_TX_CHUNK_MAX',               400, 'octets of one PREV_TX'],
    ['RESULT_SIGS_MAX',                   4, 'signatures of one SIGN_RESULT'],
    ['SIDE_HOT',                          1, 'side: hot sending'],
    ['SIDE_COLD',                         2, 'side: cold receiving'],
    ['BATCH_NO_MAX',                2147482, 'batch_no, most'],
    ['BATCH_SIZE',                     1000, 'addresses of a batch'],
    ['TXID_BYTES',                        32, 'prev_txid, octets'],
    ['DIGEST_BYTES',                     32, 'digest, octets'],
    ['SIG_BYTES',                        64, 'signature, octets'],
  ],
};

// prettier-ignore
export const SMS_LIMITS: NumberTable = {
  region: 'sms-limits',
  title: 'Limits of binary SMS, octets unless named otherwise (SPEC.md 6.1)',
  heading: 'limit',
  rows: [
    ['SMS_PORT',            17229, 'port'],
    ['SMS_UD_MAX',            140, 'octets of user data'],
    ['SMS_UDH_BYTES',           7, 'of these, header'],
    ['SMS_BODY_MAX',          133, 'octets of a body'],
    ['SMS_HEADER_BYTES',        5, 'octets of an operation before its fields'],
    ['SMS_TAG_BYTES',           8, "octets of an operation's tag"],
    ['SMS_SEQ_MAX',         65535, 'messages of a channel and direction'],
    ['SMS_REPLAY_WINDOW',      32, 'how far behind the highest a late SMS may be'],
    ['CHANNEL_KEY_BYTES',      32, "octets of a channel's public key"],
    ['PROOF_BYTES',            16, 'octets of a batch proof'],
    ['NOTICE_DIGEST_BYTES',     8, 'octets of a policy digest'],
    ['BATCH_WAIT_MAX_S',    86400, 'seconds that HSM-Cold may ask V to wait'],
  ],
};

// prettier-ignore
export const STATES: NumberTable = {
  region: 'states',
  title: 'Values of fields of operations (SPEC.md 6.3)',
  heading: 'number',
  rows: [
    ['BATCH_OK',        0, 'batch status: proof follows'],
    ['BATCH_DERIVING',  1, 'batch status: being derived'],
    ['BATCH_REFUSED',   2, 'batch status: not on this account'],
    ['DEVICE_FACTORY',  1, 'device: factory'],
    ['DEVICE_LOCKED',   2, 'device: locked'],
    ['DEVICE_UNLOCKED', 3, 'device: unlocked'],
    ['DEVICE_WIPED',    4, 'device: wiped'],
    ['ACCOUNT_OPEN',    1, 'account: open'],
    ['ACCOUNT_CLOSED',  2, 'account: closed'],
  ],
};

// prettier-ignore
export const ALARMS: CodeTable = {
  region: 'alarms',
  title: 'Codes of ALARM (SPEC.md 6.3)',
  heading: 'alarm',
  prefix: 'ALARM_',
  names: 'ALARM_NAMES',
  rows: [
    ['forgery',  1, 'forged request'],
    ['conflict', 2, 'same user_tx_no, other content'],
    ['policy',   3, 'against the policy'],
    ['closed',   4, 'account closed'],
    ['reopened', 5, 'account opened again'],
    ['wiped',    6, 'device wiped'],
  ],
};

// prettier-ignore
export const RADIOS: CodeTable = {
  region: 'radios',
  title: 'Radio technologies (SPEC.md 6.3)',
  heading: 'radio',
  prefix: 'RADIO_',
  names: 'RADIO_NAMES',
  rows: [
    ['unknown', 0, 'no modem is registered, or it does not say'],
    ['gsm',     2, '2G'],
    ['umts',    3, '3G'],
    ['lte',     4, '4G'],
    ['nr',      5, '5G'],
  ],
};

/** The tables of codes that have names, in the order of SPEC.md. */
export const CODE_TABLES: CodeTable[] = [ALARMS, RADIOS];

/** The tables of plain numbers, in the order of SPEC.md. */
export const NUMBER_TABLES: NumberTable[] = [
  VERSIONS,
  CBOR_LIMITS,
  FRAMES,
  LINK_LIMITS,
  LINK_TIMES,
  REQUEST_LIMITS,
  FIELDS,
  SMS_LIMITS,
  STATES,
];
