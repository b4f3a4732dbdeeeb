// What the two engines share around a board: which Serial is which line, the wires of the lines that nobody plugged in,
// and the files that Storage is to hold at power-on.
import type { BytePort } from '../../../kit/byte-port';
import type { PortName, SimBoardOptions } from '../types';
import { wire } from '../wire';

export interface Plugs {
  /** The board's own end of each line it has. */
  inner: { [name in PortName]?: BytePort };
  /** The far ends of the lines that got a wire of their own. */
  outer: { [name in PortName]?: BytePort };
  close(): void;
}

/** The lines of the board: all of its role's, but a second modem only where one is plugged in. */
export function portNames(options: SimBoardOptions): PortName[] {
  const names = Object.keys(options.board.ports[options.role]) as PortName[];
  return names.filter((name) => name !== 'modem1' || options.ports?.modem1 !== undefined);
}

/** Gives every line of the board an end. */
export function plugPorts(options: SimBoardOptions): Plugs {
  const plugs: Plugs = {
    inner: {},
    outer: {},
    close: () => Object.values(plugs.inner).forEach((port) => port.close()),
  };
  for (const name of portNames(options)) {
    const given = options.ports?.[name];
    const [inner, outer] = given
      ? [given, undefined]
      : wire(options.runtime, { baud: options.board.ports[options.role][name]?.baud });
    inner.onData(() => undefined); // what comes before the board listens is lost
    plugs.inner[name] = inner;
    if (outer) plugs.outer[name] = outer;
  }
  return plugs;
}

/** The path that a line has on a board whose ports are files. */
export function pathOf(name: PortName): string {
  return `/dev/${name}`;
}

/** What Storage holds when the board is new: the image as boot code, and the tables. */
export function bootFiles(options: SimBoardOptions): { [name: string]: Buffer } {
  const files: { [name: string]: Buffer } = { '.bootcde': Buffer.from(options.image, 'latin1') };
  for (const [name, bytes] of Object.entries(options.files ?? {})) files[name] = Buffer.from(bytes);
  return files;
}
