/**
 * The records of both boards' journals, each declared once. Numbers are never reused: 14 and 32 were an archive and a
 * payment of the magic "CCJ1". From here come the constants of records.ts, docs/flash-formats.md and the annotations of
 * test/flash. Nothing of this file is in an image.
 */
import { number, bytes, type CborField, type FlashRecord } from './flash-table';

const ACCOUNT: CborField = { name: 'account', form: 'uint', meaning: 'number, 0..7' };
const SEALED: CborField = {
  name: 'sealed',
  form: 'bytes',
  meaning: 'sealed under the storage key',
  isSealed: true,
};
/** The first byte of a fixed record of an account, so that the second is the number as in CBOR. */
const FILLER = number('zero', 'u8', '0: the second byte is the number, as in a CBOR array');

export const COLD_RECORDS: FlashRecord[] = [
  {
    type: 1,
    name: 'ROOT',
    board: 'cold',
    key: 'type',
    writers: ['firmware/cold/secrets/pin.ts'],
    meaning: 'The BIP39 seed, sealed under device secret and PIN. Its presence makes the board provisioned.',
    layout: {
      cbor: [
        { name: 'version', form: 'uint', meaning: '1' },
        { name: 'iterations', form: 'uint', meaning: 'of PBKDF2-HMAC-SHA512, 5,000' },
        { name: 'salt', form: 'bytes', meaning: '16 bytes' },
        { name: 'fingerprint', form: 'bytes', meaning: '4 bytes, BIP32 fingerprint of the master key' },
        {
          name: 'seed',
          form: 'bytes',
          meaning:
            'seed 64 and tag 16, sealed under PBKDF2(HMAC-SHA256(device secret, PIN), salt), empty nonce, ' +
            'the fingerprint authenticated',
        },
      ],
    },
  },
  {
    type: 2,
    name: 'LINK',
    board: 'cold',
    key: 'type',
    writers: ['firmware/cold/console/commands/link-key.ts'],
    meaning: 'The key shared with HSM-Hot.',
    layout: { fixed: [bytes('masked key', 32, 'XOR HMAC-SHA256(device secret, "chaincloud link key")')] },
  },
  {
    type: 3,
    name: 'SETTINGS',
    board: 'cold',
    key: 'type',
    writers: ['firmware/cold/secrets/unattended.ts', 'firmware/cold/console/commands/state.ts'],
    meaning: 'Settings of the whole board. A backup has them without the seed.',
    layout: {
      cbor: [
        { name: 'phones', form: 'array of text', meaning: "the platform's admins, E.164" },
        {
          name: 'seed',
          form: 'bytes or null',
          meaning:
            'seed 64 and tag 16, sealed under HMAC-SHA256(device secret, "chaincloud unattended"), empty nonce; ' +
            'null: the board does not unlock itself',
        },
        { name: 'ending', form: 'uint, optional', meaning: '1 while a seed is being taken off the flash' },
      ],
    },
  },
  {
    type: 4,
    name: 'PIN',
    board: 'cold',
    key: 'type',
    writers: ['firmware/cold/secrets/pin.ts'],
    meaning: 'Wrong PINs in a row. Written before a PIN is tried.',
    layout: { fixed: [number('failures', 'u8', '0..10; at 10 the board erases itself')] },
  },
  {
    type: 5,
    name: 'DRBG',
    board: 'cold',
    key: 'type',
    writers: ['firmware/cold/secrets/unlock.ts'],
    meaning: "The generator's next seed. Replaced before a byte of the one before is used.",
    layout: {
      fixed: [
        bytes('nonce', 4, 'sequence number of the record'),
        bytes('sealed', 48, 'sealed under the storage key, tag 16'),
      ],
    },
    sealed: { fixed: [bytes('state', 32, 'input of the next HMAC-DRBG')] },
  },
  {
    type: 6,
    name: 'BOOT',
    board: 'cold',
    key: 'type',
    writers: ['firmware/cold/state/open-store.ts'],
    meaning: 'Starts of the board.',
    layout: { fixed: [number('starts', 'u32', 'this one included')] },
  },
  {
    type: 7,
    name: 'TIME',
    board: 'cold',
    key: 'type',
    isInBackup: true,
    writers: ['firmware/cold/state/store.ts'],
    meaning: 'A time below which the clock never goes. At most once an hour.',
    layout: { fixed: [number('seconds', 'u32', 'since 1970')] },
  },
  {
    type: 8,
    name: 'ACCOUNT',
    board: 'cold',
    key: 'account',
    isInBackup: true,
    writers: ['firmware/cold/console/accounts.ts'],
    meaning: 'What the operator entered for an account.',
    layout: {
      cbor: [
        ACCOUNT,
        { name: 'name', form: 'text', meaning: 'for people' },
        { name: 'network', form: 'text', meaning: '`main`, `test` or `regtest`' },
        { name: 'script', form: 'text', meaning: '`p2wpkh` or `p2pkh`' },
        { name: 'v_identity', form: 'bytes', meaning: "33 bytes, V's identity key" },
        { name: 'identity', form: 'bytes', meaning: "33 bytes, HSM-Cold's identity key" },
        { name: 'v_phones', form: 'array of text', meaning: 'E.164' },
        { name: 'admin_phones', form: 'array of text', meaning: 'E.164' },
        { name: 'payout', form: 'text', meaning: 'the only address that sweeps pay' },
        {
          name: 'policy',
          form: 'array of 13 uint',
          meaning:
            'most of a payment, of its fee (sats), fee rate (sat/vB), window (s), most of a window, ' +
            'of its fees (sats), of its payments, outputs, least output (sats), from and to minute of the day, ' +
            'allow-list 0 or 1, sum of a day (sats) above which the admins are notified',
        },
        { name: 'protos', form: 'uint', meaning: 'bits: 1 the published app, 2 version 2' },
      ],
    },
  },
  {
    type: 9,
    name: 'KEYS',
    prefix: 'KEYS',
    board: 'cold',
    key: 'account',
    isInBackup: true,
    writers: ['firmware/cold/console/commands/account-add.ts'],
    meaning: 'Public keys of an account.',
    layout: {
      fixed: [
        FILLER,
        number('account', 'u8', 'number'),
        bytes('fingerprint', 4, "of the key m/purpose'/coin'"),
        bytes('cold', 65, "m/p'/c'/(2a)': public key 33, chain code 32"),
        bytes('hot', 65, "m/p'/c'/(2a+1)'"),
        bytes('cold 0', 65, 'receiving addresses of the cold side'),
        bytes('hot 0', 65, 'receiving addresses of the hot side'),
        bytes('hot 1', 65, 'change'),
      ],
    },
  },
  {
    type: 10,
    name: 'ALLOW',
    board: 'cold',
    key: 'account',
    isInBackup: true,
    writers: ['firmware/cold/console/commands/account-add.ts', 'firmware/cold/console/accounts.ts'],
    meaning: 'Destinations that an account may pay.',
    layout: {
      cbor: [ACCOUNT, { name: 'digests', form: 'array of bytes', meaning: 'of each destination (signing/outs.ts)' }],
    },
  },
  {
    type: 11,
    name: 'STANDING',
    board: 'cold',
    key: 'account',
    isInBackup: true,
    writers: ['firmware/cold/state/store.ts'],
    meaning: 'Whether an account is open, its last refusals, and when its admins had the sum of a day.',
    layout: {
      cbor: [
        ACCOUNT,
        { name: 'closed', form: 'text', meaning: 'empty: open; else why it was closed' },
        { name: 'refusal_times', form: 'bytes', meaning: 'u32 seconds since 1970 each, oldest first' },
        { name: 'told_s', form: 'uint', meaning: 'since 1970, when the admins were notified of a sum; 0: never' },
      ],
    },
  },
  {
    type: 12,
    name: 'CHANNEL',
    board: 'cold',
    key: 'account',
    writers: ['firmware/cold/state/channels.ts'],
    meaning: 'Channels of an account. Written before anything leaves under a number that they count.',
    layout: { cbor: [ACCOUNT, SEALED] },
    sealed: {
      cbor: [
        { name: 'gate', form: 'bytes', meaning: '32 bytes, key of the channel that the pairing makes; or empty' },
        { name: 'last_id', form: 'uint', meaning: 'highest channel id given out' },
        { name: 'v_counter', form: 'uint', meaning: "V's highest opening counter" },
        {
          name: 'channel',
          form: 'array or null',
          meaning: 'id, made, key 32, own ratchet key 32, that of the other 32, send number, receive number, seen bits',
        },
        { name: 'next', form: 'array or null', meaning: 'the channel given out that V has not used, as above' },
        {
          name: 'v1',
          form: 'array or null',
          meaning:
            'channels of the published app, in use and offered: c_id, h_id, key of V 33, private key 32; or null',
        },
      ],
    },
  },
  {
    type: 13,
    name: 'ALARM',
    board: 'cold',
    key: 'account',
    writers: ['firmware/cold/alarms/closing.ts', 'firmware/cold/alarms/alarm.ts', 'firmware/cold/alarms/reminders.ts'],
    meaning: 'The alarm that nobody acknowledged. Durable before the account closes.',
    layout: {
      cbor: [
        ACCOUNT,
        { name: 'alarm', form: 'text', meaning: 'empty: none' },
        { name: 'ack', form: 'uint', meaning: 'code that acknowledges it, 1,000..9,999' },
        { name: 'sent', form: 'uint', meaning: 'times sent' },
      ],
    },
  },
  {
    type: 15,
    name: 'HEARTBEAT',
    board: 'cold',
    key: 'type',
    writers: ['firmware/cold/alarms/heartbeat.ts'],
    meaning: 'The last heartbeat. Durable before it is sent.',
    layout: { fixed: [number('seconds', 'u32', 'since 1970')] },
  },
  {
    type: 16,
    name: 'RESTORE',
    board: 'cold',
    key: 'type',
    writers: ['firmware/cold/console/commands/state.ts'],
    meaning: 'A state backup is being read in. A start that finds 1 stops.',
    layout: { fixed: [number('is_restoring', 'u8', '1 or 0')] },
  },
  {
    type: 17,
    name: 'SEND',
    prefix: 'SEND',
    board: 'cold',
    key: 'place',
    writers: ['firmware/cold/sms/send-store.ts'],
    meaning: 'An SMS that waits to be sent.',
    layout: {
      fixed: [
        number('zero', 'u8', '0'),
        number('place', 'u8', 'of the send queue'),
        bytes('pdu', undefined, 'SMS-SUBMIT (3GPP TS 23.040); nothing: the place is free'),
      ],
    },
  },
  {
    type: 18,
    name: 'SECRETS',
    prefix: 'SECRETS',
    board: 'cold',
    key: 'account',
    writers: ['firmware/cold/secrets/account-keys.ts'],
    meaning: 'Private keys of an account that sign while the board is unlocked.',
    layout: { cbor: [ACCOUNT, SEALED] },
    sealed: {
      fixed: [
        bytes('hot key', 32, "private key m/p'/c'/(2a+1)'"),
        bytes('hot chain code', 32, 'its chain code'),
        bytes('identity', 32, "private key of HSM-Cold's identity"),
      ],
    },
  },
  {
    type: 19,
    name: 'ARCHIVE',
    prefix: 'ARCHIVES',
    board: 'cold',
    key: 'type',
    isInBackup: true,
    writers: ['firmware/cold/payments/archive.ts'],
    meaning: 'Which groups of archives are live, and what is left of those that retired.',
    layout: {
      fixed: [
        number('first', 'u32', 'oldest live group'),
        number('next', 'u32', 'the next group to be written: groups ever written'),
        number('last_serial', 'u32', 'highest serial archived'),
        bytes('base', 32, 'digest before the oldest live group, 32 zeros before group 0'),
        bytes('digest', 32, 'SHA-256(digest before | SHA-256(group)), over all live groups'),
        { ...number('change', 'u32', 'one above the highest change index archived, for each account'), count: 8 },
        { ...number('mark', 'sats', 'numbers below it are old, for each account'), count: 8 },
        { ...number('live', 'u16', 'payments in live groups, for each account'), count: 8 },
      ],
    },
  },
  {
    type: 33,
    name: 'AUDIT',
    prefix: 'AUDIT',
    board: 'cold',
    key: 'list',
    keep: 'the last 48',
    writers: ['firmware/cold/state/store.ts'],
    meaning: 'An entry of the audit log. Comes before the record of what it tells.',
    layout: {
      fixed: [
        number('number', 'u32', 'from 1'),
        number('seconds', 'u32', 'since 1970'),
        bytes(
          'head',
          32,
          'SHA-256(head before | number | seconds | code | account | detail); 32 zeros before the first',
        ),
        number('code', 'u8', 'what happened'),
        number('account', 'u8', 'number; 255: none'),
        bytes('detail', undefined, 'at most 200 bytes'),
      ],
    },
  },
  {
    type: 34,
    name: 'PAYMENT',
    prefix: 'PAYMENT',
    board: 'cold',
    key: 'list',
    keep: 'serials above the archived one',
    isInBackup: true,
    writers: ['firmware/cold/payments/record.ts'],
    meaning: 'A payment, or its replacement. Durable before it is signed.',
    layout: {
      fixed: [
        number('serial', 'u32', 'from 1'),
        number('account', 'u8', 'number'),
        number('flags', 'u8', '1: replaces an earlier transaction of the same user_tx_no'),
        number('time', 'u32', 'seconds since 1970'),
        bytes(
          'tag',
          16,
          'of a number: 1, the number in 7 bytes, zeros; of a name: first bytes of SHA-256(account | user_tx_no), ' +
            '0x80 set in the first',
        ),
        bytes('content', 32, 'SHA-256 of the outs text and dynamic'),
        bytes('tx', 32, 'id of the unsigned transaction'),
        bytes('anchor', 36, 'txid 32 and vout u32 of the coin that every transaction of the user_tx_no spends'),
        number('debit', 'sats', 'the amount paid; of a replacement the fee that it adds'),
        number('fee', 'sats', 'the highest fee of any transaction of this user_tx_no'),
        number('change', 'u32', 'change index + 1; 0: no change'),
      ],
    },
  },
];

export const HOT_RECORDS: FlashRecord[] = [
  {
    type: 6,
    name: 'BOOT',
    board: 'hot',
    key: 'type',
    writers: ['firmware/hot/log.ts'],
    meaning: 'Starts of the board.',
    layout: { fixed: [number('starts', 'u32', 'this one included')] },
  },
  {
    type: 33,
    name: 'AUDIT',
    prefix: 'LOG',
    board: 'hot',
    key: 'list',
    keep: 'the last 64',
    writers: ['firmware/hot/log.ts'],
    meaning: "An entry of the board's own log.",
    layout: {
      fixed: [
        number('number', 'u32', 'from 1'),
        number('uptime', 'u32', 'seconds'),
        number('start', 'u32', 'which start of the board'),
        bytes('text', undefined, 'what happened'),
      ],
    },
  },
];
