// What is known of Espruino's builds for the ESP32, as data: which ones a board must not run, and why. That nothing is
// known against a build says nothing for it: its radios are looked at when it is flashed and at each start. The facts
// are of the port's source; the commits are those of espruino/Espruino.

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

/** What a base build needs; one that lacks any of it is refused. */
export const BUILD_FAULTS: readonly BuildFault[] = [
  {
    mendedBy: 'a3f085979',
    last: { release: '2v29', build: 276 },
    text: 'loses octets that wait behind another event of the same line: the ceremony does not get through',
  },
  {
    mendedBy: 'a2a748ee',
    last: { release: '2v29', build: 277 },
    text: 'restarts for ever once its Wi-Fi is switched off, and with it on it opens an access point',
  },
];

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
