// Which serial port is meant: the one that was named, the one of the environment, or the only USB one there is.
// Leaves opening to open.ts.
import * as fs from 'node:fs';
import { fail } from '../../protocol/errors';
import { loadSerialport } from './load';

/** A port of this machine. `usb` holds vendor:product in hex for USB adapters. */
export interface PortEntry {
  path: string;
  usb?: string;
  maker?: string;
}

/** Answers the ports of this machine; tests give their own. */
export type PortLister = () => Promise<PortEntry[]>;

/** USB serial chips that ESP32 boards carry: Silicon Labs, WCH, FTDI, Prolific, Espressif. */
export const ESP32_USB_VENDORS = ['10c4', '1a86', '0403', '067b', '303a'];

/** Device files that look like USB serial ports, for systems without udev. */
function portFiles(): PortEntry[] {
  const names = fs.existsSync('/dev') ? fs.readdirSync('/dev') : [];
  return names
    .filter((name) => /^(ttyUSB|ttyACM|cu\.usb|cu\.SLAB|cu\.wch)/.test(name))
    .map((name) => ({ path: `/dev/${name}` }));
}

/** The ports as the operating system lists them; the device files where it cannot be asked. */
export async function listPorts(): Promise<PortEntry[]> {
  const found = await loadSerialport()
    .then(({ SerialPort }) => SerialPort.list())
    .catch(() => undefined);
  if (found === undefined) return portFiles();
  return found
    .filter((port) => port.vendorId !== undefined || /ttyUSB|ttyACM|cu\./.test(port.path))
    .map((port) => ({
      path: port.path,
      ...(port.vendorId ? { usb: `${port.vendorId}:${port.productId ?? '?'}`.toLowerCase() } : {}),
      ...(port.manufacturer ? { maker: port.manufacturer } : {}),
    }));
}

function describe(port: PortEntry): string {
  const known = port.usb && ESP32_USB_VENDORS.includes(port.usb.split(':')[0]) ? ', an ESP32 board perhaps' : '';
  return port.usb ? `${port.path} (${port.maker ?? 'USB'} ${port.usb}${known})` : port.path;
}

/**
 * Answers the path of the port to use: `given`, else CHAINCLOUD_PORT, else the only USB port.
 * Throws codes `no-port` and `several-ports`.
 */
export async function choosePort(given: string | undefined, list: PortLister = listPorts): Promise<string> {
  const named = given ?? process.env.CHAINCLOUD_PORT;
  if (named) return named;
  const ports = await list();
  if (ports.length === 1) return ports[0].path;
  if (ports.length === 0)
    throw fail(
      'no-port',
      'no USB serial port found: plug the board in with a data cable, or name the port with --port',
    );
  throw fail('several-ports', `choose one with --port: ${ports.map(describe).join('; ')}`);
}
