// Webhooks go to the public internet over TLS and nowhere else, unless the settings say so.

import { expect } from 'chai';
import { createUrlRule } from '../../../../../host/api/operate/webhooks/url';

describe('host/api/operate/webhooks/url', () => {
  const allows = (rule: ReturnType<typeof createUrlRule>, url: string): boolean => {
    try {
      rule.require(url);
      return true;
    } catch (error) {
      expect((error as { code: string }).code).to.equal('bad-option');
      return false;
    }
  };

  it('refuses every address that is not on the public internet, however it is written', () => {
    const rule = createUrlRule();
    for (const host of [
      ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0.0.0.0', '10.1.2.3', '172.16.0.1'],
      ...['172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '224.0.0.1', '255.255.255.255'],
      ...[
        '198.18.0.1',
        '192.0.2.1',
        '[::1]',
        '[::]',
        '[::ffff:127.0.0.1]',
        '[::ffff:10.0.0.1]',
        '[fe80::1]',
        '[fc00::1]',
      ],
      ...['[fd00:ec2::254]', '[ff02::1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[2001:db8::1]'],
    ])
      expect(allows(rule, `https://${host}/`), host).to.equal(false);
    for (const url of [
      ...[
        'http://example.com/',
        'ftp://example.com/',
        'file:///etc/passwd',
        'https://user@example.com/',
        'example.com',
      ],
      ...['https://user:password@example.com/', 'https://example.com/#a', '', 'javascript:alert(1)', 'https://'],
    ])
      expect(allows(rule, url), url).to.equal(false);
    for (const url of ['https://example.com/a?b=c', 'https://1.1.1.1:8443/', 'https://[2606:4700:4700::1111]/'])
      expect(allows(rule, url), url).to.equal(true);
  });

  it('refuses names that lead to such an address at the time of delivery', async () => {
    const resolve = (rule: ReturnType<typeof createUrlRule>, all: boolean): Promise<string | undefined> =>
      new Promise((done) => rule.lookup('localhost', { all }, (error, found) => done(error?.code ?? typeof found)));
    expect(await resolve(createUrlRule(), true)).to.equal('EADDRNOTALLOWED');
    expect(await resolve(createUrlRule(), false)).to.equal('EADDRNOTALLOWED');
    expect(await resolve(createUrlRule(['127.0.0.0/8', '::1/128']), false)).to.equal('string');
  });

  it('takes further networks from the settings, over http too', () => {
    const rule = createUrlRule(['10.5.0.0/16', '::1/128']);
    expect(allows(rule, 'http://10.5.1.1/hook')).to.equal(true);
    expect(allows(rule, 'https://[::1]/hook')).to.equal(true);
    expect(allows(rule, 'https://10.6.1.1/hook')).to.equal(false);
    for (const network of ['10.0.0.0/33', 'x', '10.0.0', ''])
      expect(() => createUrlRule([network]), network).to.throw();
  });
});
