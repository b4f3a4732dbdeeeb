// What is known of Espruino's builds for the ESP32, as data: which ones a board must not run, and why; and the ways of
// the port that a PC does not have, as switches of the simulated board. That nothing is known against a build says
// nothing for it: its radios are looked at when it is flashed and at each start, and its lines are tried before it gets
// a role. The facts are of the port's source; the commits are those of espruino/Espruino.

/** A build as `process.env.VERSION` names it: release, and how many commits after it (0: the release itself). */
export interface BuildVersion {
  release: string;
  build: number;
}

export interface BuildFault {
  /** The commit that mended it. */
  mendedBy: string;
  /** The last build that has it, as far as is known. */
  last: BuildVersion;
  /** What a board with it does. */
  text: string;
}

/** The last build that loses octets. */
const LAST_LOSSY: BuildVersion = { release: '2v29', build: 276 };

/** What a base build needs; one that lacks any of it is refused. */
export const BUILD_FAULTS: readonly BuildFault[] = [
  {
    mendedBy: 'a3f085979',
    last: LAST_LOSSY,
    text: 'loses octets that wait behind another event of the same line: the ceremony does not get through',
  },
  {
    mendedBy: 'a2a748ee',
    last: { release: '2v29', build: 277 },
    text: 'restarts for ever once its Wi-Fi is switched off, and with it on it opens an access point',
  },
];

/** A way of the ESP32's port, a switch of the simulated board (host/sim/board/port). */
export interface PortMode {
  text: string;
  /** The last build that has it; absent: every one that is known. */
  last?: BuildVersion;
  /** No build has it of itself: it is switched on by hand, for a board that is worse than most. */
  isWorse?: boolean;
}

export const PORT_MODES = {
  'event-loss': { text: 'octets that wait behind another event of the same line are lost', last: LAST_LOSSY },
  poll: { text: 'lines are polled every 5 ms, every 100 ms when idle' },
  rings: {
    text: 'a driver ring of 1,024 octets a line, one event ring of 4,096 for all; long writes hold JavaScript',
  },
  erase: { text: 'an erase takes 45 ms, in which a line keeps the 128 octets of its FIFO' },
  'erase-worst': { text: 'an erase takes 400 ms, the longest that data sheets allow', isWorse: true },
  'sdk-texts': { text: 'the SDK prints on UART0 at each start and panic, at 115,200 baud' },
  'moving-compaction': { text: 'a compaction of Storage moves code that runs from mapped flash' },
  'state-variables': { text: 'how many variables there are depends on the radios and on external memory' },
  'radio-leak': { text: 'each connection to a radio leaks 3 variables for ever' },
} satisfies { [name: string]: PortMode };

export type PortModeName = keyof typeof PORT_MODES;

/** The first build of which nothing is known that a board cannot work with. */
export const FIRST_SUPPORTED = '2v29.278';

/** The oldest release that the tools can talk to. */
export const OLDEST_RELEASE = '2v26';

/** Reads `2v29`, `2v29.277`, `v2v26`; undefined for anything else. */
export function parseVersion(text: string): BuildVersion | undefined {
  const match = /^v?(\d+v\d+)(?:\.(\d+))?$/.exec(text);
  return match ? { release: match[1], build: Number(match[2] ?? 0) } : undefined;
}

/** Negative where a is older than b. */
function compare(a: BuildVersion, b: BuildVersion): number {
  const [x, y] = [a, b].map(({ release }) => release.split('v').map(Number));
  return x[0] - y[0] || x[1] - y[1] || a.build - b.build;
}

/** Why a board must not run this version: each fault in words; empty where nothing is known against it. */
export function faultsOf(version: string): string[] {
  const own = parseVersion(version);
  if (!own) return [`"${version}" is no version that Espruino gives its builds`];
  if (compare(own, { release: OLDEST_RELEASE, build: 0 }) < 0) return [`is older than ${OLDEST_RELEASE}`];
  return BUILD_FAULTS.filter(({ last }) => compare(own, last) <= 0).map(
    ({ text, mendedBy }) => `${text} (mended by ${mendedBy})`,
  );
}

/** The port's ways in this build. Throws nothing: a version that is none has those of the newest builds. */
export function modesOf(version: string): PortModeName[] {
  const own = parseVersion(version);
  const modes: [string, PortMode][] = Object.entries(PORT_MODES);
  return modes
    .filter(
      ([, { last, isWorse }]) => !isWorse && (last === undefined || (own !== undefined && compare(own, last) <= 0)),
    )
    .map(([name]) => name as PortModeName);
}
