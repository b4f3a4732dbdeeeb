// The ESP32's settings partition (NVS) in which Espruino finds both radios off. An empty one means on: the base opens
// an access point and a Bluetooth prompt at its first start.
// Spec: Espressif, "Non-Volatile Storage Library", internals: pages of 32-byte entries. The first version's form, which
// later ones read too.
import { crc32 } from '../storage/crc32';

export const NVS_PAGE_BYTES = 4096;
/** Where the settings lie in both partition tables of Espruino's. */
export const NVS_ADDRESS = 0x9000;
const ENTRY_BYTES = 32;
const FIRST_ENTRY = 64;
/** An erased page reads 0xFFFFFFFF; one cleared bit makes it the active one. */
const PAGE_ACTIVE = 0xfffffffe;
const TYPE_U8 = 0x01;
const TYPE_U32 = 0x04;
/** Entry of a namespace's name; its value is the index by which other entries name it. */
const NAMESPACES = 0;
const NAMESPACE = 1;
/** Espruino's namespace and keys (its ESP32 port, jshardwareESP32.c). */
const ESPRUINO_NAMESPACE = 'nvs';
export const RADIO_KEYS = ['bleStatus', 'wifiStatus'] as const;

/** NVS's checksum: CRC-32 whose register starts at 0. */
function nvsCrc(...parts: Uint8Array[]): number {
  return crc32(new Uint8Array(Buffer.concat(parts)), 0);
}

function entry(namespace: number, type: number, key: string, value: number): Buffer {
  const bytes = Buffer.alloc(ENTRY_BYTES, 0xff);
  bytes[0] = namespace;
  bytes[1] = type;
  bytes[2] = 1;
  bytes.fill(0, 8, 24);
  bytes.write(key, 8, 'latin1');
  if (type === TYPE_U8) bytes[24] = value;
  else bytes.writeUInt32LE(value, 24);
  bytes.writeUInt32LE(nvsCrc(bytes.subarray(0, 4), bytes.subarray(8)), 4);
  return bytes;
}

/** Octets of a page in which radiosOff has the radios' entries: what Espruino adds later stands behind them. */
export const RADIO_ENTRIES = { offset: FIRST_ENTRY, lenBytes: (1 + RADIO_KEYS.length) * ENTRY_BYTES };

/** The partition's octets: one page with the radios' entries, and erased pages. lenBytes: a multiple of a page. */
export function radiosOff(lenBytes: number): Uint8Array {
  const bytes = Buffer.alloc(lenBytes, 0xff);
  bytes.writeUInt32LE(PAGE_ACTIVE, 0);
  bytes.writeUInt32LE(0, 4);
  bytes.writeUInt32LE(nvsCrc(bytes.subarray(4, 28)), 28);
  const entries = [
    entry(NAMESPACES, TYPE_U8, ESPRUINO_NAMESPACE, NAMESPACE),
    ...RADIO_KEYS.map((key) => entry(NAMESPACE, TYPE_U32, key, 0)),
  ];
  entries.forEach((each, i) => {
    bytes.set(each, FIRST_ENTRY + i * ENTRY_BYTES);
    // Two bits an entry, the lower one cleared: written.
    bytes[ENTRY_BYTES + (i >> 2)] &= ~(1 << (2 * (i & 3)));
  });
  return new Uint8Array(bytes);
}
