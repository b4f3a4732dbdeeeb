// What a user's install brings in stays small, and runs nothing of its own while it is installed.
import type { Check, Finding } from '../check';

/** A production install has fewer packages than this. */
const PACKAGES_MAX = 130;

interface LockedPackage {
  dev?: boolean;
  hasInstallScript?: boolean;
}

export const packages: Check = {
  name: 'production packages',
  find(tree) {
    const lock = JSON.parse(tree.files.get('package-lock.json')!) as { packages: Record<string, LockedPackage> };
    const installed = Object.entries(lock.packages).filter(([path, { dev }]) => path && !dev);
    const findings = installed
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]): Finding => ({ place: path, text: 'has an install script' }));
    if (installed.length >= PACKAGES_MAX) {
      findings.push({ place: 'package-lock.json', text: `${installed.length} packages, not under ${PACKAGES_MAX}` });
    }
    return findings;
  },
};
