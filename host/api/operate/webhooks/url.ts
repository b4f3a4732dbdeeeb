// Which addresses a webhook may go to: whoever may add an endpoint must not reach the platform's own network with it
// (server-side request forgery). Allowed is https to public addresses; the operator's settings may add networks, and
// those may be http too. Names are resolved and judged at every delivery, redirects are not followed.

import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { fail } from '../../../../protocol/errors';

/** Networks that are not the public internet. Spec: IANA special-purpose address registries. */
const SPECIAL_NETWORKS = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
  ...['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16'],
  ...['3fff::/20', '5f00::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
];

export interface UrlRule {
  /** Throws `bad-option` saying what is allowed. */
  require(text: string): URL;
  /** Resolves names to allowed addresses only: for the client that delivers. */
  lookup: LookupFunction;
}

/** Throws `bad-option` for a text that is no network, as `10.1.0.0/16` or `::1/128`. */
function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address, prefix = isIPv6(address) ? '128' : '32'] = network.split('/');
    try {
      list.addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4');
    } catch {
      throw fail('bad-option', `webhookNetworks expected networks such as 10.1.0.0/16, got ${network}`);
    }
  }
  return list;
}

/** `extra`: networks that are allowed beside the public internet. */
export function createUrlRule(extra: readonly string[] = []): UrlRule {
  const special = blockListOf(SPECIAL_NETWORKS);
  const added = blockListOf(extra);
  const kindOf = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');
  const isAdded = (address: string): boolean => added.check(address, kindOf(address));
  const isAllowed = (address: string): boolean => isAdded(address) || !special.check(address, kindOf(address));

  return {
    require(text) {
      let url: URL;
      try {
        url = new URL(text);
      } catch {
        throw fail('bad-option', 'url expected https://HOST/PATH');
      }
      const host = url.hostname.replace(/^\[|\]$/g, '');
      const isHere = isIP(host) > 0 && isAdded(host);
      if (url.protocol !== 'https:' && !(url.protocol === 'http:' && (isHere || extra.length > 0)))
        throw fail('bad-option', 'url expected https: others must not read about payments');
      if (url.username !== '' || url.password !== '' || url.hash !== '')
        throw fail('bad-option', 'url expected no user, password and fragment');
      if (isIP(host) > 0 && !isAllowed(host)) throw fail('bad-option', 'url expected a host on the public internet');
      return url;
    },
    lookup(hostname, options, done) {
      systemLookup(hostname, { ...options, all: true }, (error, found) => {
        if (error) return done(error, []);
        const allowed = found.filter(({ address }) => isAllowed(address));
        if (allowed.length === 0)
          return done(Object.assign(new Error('no public address'), { code: 'EADDRNOTALLOWED' }), []);
        return options.all ? done(null, allowed) : done(null, allowed[0].address, allowed[0].family);
      });
    },
  };
}
