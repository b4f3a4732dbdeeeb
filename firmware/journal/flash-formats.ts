/**
 * What lies on flash beside the records of a journal (flash-records.ts): the device page, a half's header, the frame of
 * a record, files of the board's Storage, the state backup. Nothing of this file is in an image.
 */
import { number, bytes, type FlashFormat } from './flash-table';

export const DEVICE_PAGE: FlashFormat = {
  title: 'Device page',
  prefix: 'DEVICE',
  text:
    'Page 0 of the flash area. Written by the ceremony, then marked ready, then changed by a wipe alone ' +
    "(firmware/journal/device.ts). On HSM-Cold the secret keys the journal's MACs and enters the PIN derivation; " +
    'on HSM-Hot it is the link key.',
  layout: {
    fixed: [
      bytes('magic', 4, '"CCD1"'),
      bytes('secret', 32, 'secret of this one board; zeros once a wipe began'),
      bytes('check', 4, 'first bytes of the SHA-256 of the 36 before'),
      bytes('unused', 24, 'erased'),
      bytes('ready', 4, 'zeros once the journal holds the provisioned state, else erased'),
      bytes('wipe', 4, '"WIPE" while a wipe is under way, else erased'),
    ],
  },
};

export const HALF_HEADER: FlashFormat = {
  title: 'Header of a half',
  prefix: 'HALF',
  text:
    'Pages 1 to n - 4 are two halves of equal size; the last three pages are scratch, of which nothing is kept. ' +
    'The half with the higher generation and a MAC that holds is the live one. Compaction writes the header last, ' +
    'then zeros over the magic of the old half (firmware/journal/half.ts).',
  layout: {
    fixed: [
      bytes('magic', 4, '"CCJ2"; zeros: superseded'),
      number('generation', 'u32', 'one more at each compaction'),
      number('first_sequence', 'u32', 'sequence number of the first record'),
      number('snapshot_end', 'u32', 'offset in the area behind the records that compaction copied'),
      bytes('mac', 16, 'HMAC-SHA256(journal key, the 16 bytes before), its first bytes'),
    ],
  },
};

export const RECORD_FRAME: FlashFormat = {
  title: 'Frame of a record',
  prefix: 'RECORD',
  text:
    'Records follow the header one after another, each at a multiple of 4. The MAC is HMAC-SHA256(journal key, ' +
    'MAC 32 of the record before | header | payload), its first bytes; the first record has HMAC(journal key, ' +
    'generation u32 | 1) in place of the record before. ' +
    'Journal keys are HMAC-SHA256(device secret, "chaincloud journal") and "chaincloud hot journal".',
  layout: {
    fixed: [
      number('length', 'u16', 'bytes of the payload, at most 480'),
      number('type', 'u8', 'of the tables below'),
      number('check', 'u8', 'over the other seven bytes of the header'),
      number('sequence', 'u32', 'one more for each record, over compactions'),
      bytes('payload', undefined, '`length` bytes'),
      bytes('mac', 8, 'chained'),
      bytes('padding', 0, 'zeros to a multiple of 4'),
    ],
  },
};

export const ARCHIVE_ENTRY: FlashFormat = {
  title: 'Archive of payments',
  prefix: 'ARCHIVED',
  text:
    'Pages of 4,096 bytes inside the file `archive` of Storage (boards/espruino/archive-pages.ts), a ring that is ' +
    'erased and written in place. A page is seven groups of eight entries, one each 512 bytes, and its index in the ' +
    'last 512. Group g is group g mod 7 of page floor(g / 7) mod pages (firmware/cold/payments/groups.ts). Written, ' +
    'read back, then counted by R_ARCHIVE, whose digest covers all live groups. An entry of zeros holds nothing: a ' +
    'group that a power cut spoiled has eight of them.',
  layout: {
    fixed: [
      bytes('tag', 8, "first bytes of the payment's tag"),
      number('account', 'u8', 'as in R_PAYMENT'),
      number('flags', 'u8', 'as in R_PAYMENT'),
      number('time', 'u32', 'as in R_PAYMENT'),
      number('debit', 'sats', 'as in R_PAYMENT'),
      number('fee', 'sats', 'as in R_PAYMENT'),
      bytes('digest', 32, 'SHA-256(content | anchor) of the payment'),
    ],
  },
};

export const ARCHIVE_INDEX: FlashFormat = {
  title: 'Index of a page of archives',
  prefix: 'INDEX',
  text:
    "One for each account, in their order, then four octets 0, written last. Written when the page's last group " +
    'is counted; a page without it is read as a whole. Checked against its groups at each start.',
  layout: {
    fixed: [
      number('lowest', 'sats', "lowest number among the account's payments"),
      number('above', 'sats', 'one above the highest; 0 where there is none'),
      number('names', 'u8', 'payments whose user_tx_no is no number'),
    ],
  },
};

export const BATCH_FILE: FlashFormat = {
  title: 'Batch cache',
  prefix: 'BATCH',
  text:
    'Files `b<account>-<side>-<batch>` of Storage: the digest of a batch of addresses; `m<account>-<side>-<batch>`: ' +
    "the first SHA-256 of the published app's signed message over the list (firmware/cold/batches/cache.ts). " +
    'A file that does not hold is derived again.',
  layout: {
    fixed: [
      bytes('digest', 32, 'of the batch'),
      bytes('mac', 16, 'HMAC-SHA256(device secret, "batch " | name | digest), its first bytes'),
    ],
  },
};

export const BACKUP_LINE: FlashFormat = {
  title: 'State backup',
  prefix: 'BACKUP',
  text:
    'Lines `backup <base64>` that the console prints and `state line` reads ' +
    '(firmware/cold/console/backup-format.ts). The key is HMAC-SHA256(seed, "chaincloud backup"). Lines in their ' +
    'order: records of the journal that are in a backup, R_SETTINGS without the seed, counters, ' +
    'live groups of archived payments, the end.',
  layout: {
    fixed: [
      bytes('id', 8, 'of the backup, random'),
      number('line', 'u32', 'from 0; with the id the nonce of the seal'),
      { name: 'sealed', form: 'sealed', lenBytes: undefined, meaning: 'kind and payload, tag 16' },
    ],
  },
};

/** Kinds of lines of a backup beside record types: kind, name, payload. */
export const BACKUP_KINDS: [kind: number, name: string, payload: string][] = [
  [0x40, 'counters', "CBOR [account, last channel id, V's counter]"],
  [0x41, 'group', 'a live group of archived payments: its number u32, 480 bytes'],
  [0xff, 'end', 'lines before this one, u32'],
];

/** In the clear inside a line's seal. */
export const BACKUP_PLAIN: FlashFormat = {
  title: 'Line of a backup, opened',
  text: 'The kind is a record type, or one of the table.',
  layout: { fixed: [number('kind', 'u8', 'what follows'), bytes('payload', undefined, 'by kind')] },
};

export const WORDS_ENTRY: FlashFormat = {
  title: 'Word list',
  text:
    'File `words` of Storage, 10,240 bytes, made by the build: the 2,048 words of BIP39 in English, sorted. ' +
    'The self-test knows its digest.',
  layout: { fixed: [bytes('word', 5, 'eight letters of five bits, a = 1, 0 after the end')] },
};

export const COMB_ENTRY: FlashFormat = {
  title: 'Table of the base point',
  text:
    'File `comb` of Storage, 65,536 bytes, made by the build: 8 blocks of 128 points, entry e of block b at ' +
    '64 (128 b + e) (firmware/crypto/curve/comb.ts says which). ' +
    'Without it the board computes a smaller one at each start.',
  layout: {
    fixed: [bytes('x', 32, 'eight words of 32 bits, little endian, low word first'), bytes('y', 32, 'as x')],
  },
};

export const SERVICE_MARK: FlashFormat = {
  title: 'Service mark',
  text:
    'File `service` of Storage: the next start does not run the image. ' +
    'Erased by that start (boards/espruino/service.ts).',
  layout: { fixed: [bytes('mark', 1, '"1"')] },
};
