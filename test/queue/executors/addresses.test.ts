import { describe, expect, it } from 'vitest';
import {
  AddressRefused,
  allowedBy,
  isPublic,
  parseCidr,
  resolveAllowed,
} from '../../../queue/executors/addresses.ts';

describe('row 20: an address that came from a caller is public', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '168.63.129.16',
    '100.100.100.200',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
    '::ffff:127.0.0.1%eth0',
    '::ffff:0:127.0.0.1',
    '64:ff9b:1::a9fe:a9fe',
    'fec0::1',
    'fd20:ce::254',
    '192.0.0.1',
    '192.0.0.192',
    '192.0.2.1',
    '192.88.99.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '3fff::1',
    '5f00::1',
    'not an address',
    '',
  ])('refuses %s', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  it.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:1.1.1.1'])(
    'takes %s',
    (address) => {
      expect(isPublic(address)).toBe(true);
    },
  );
});

describe('row 20: an executor of the config reaches its ranges and no others', () => {
  it('takes what its ranges name', () => {
    const rule = allowedBy(['10.0.0.0/8', 'fd12::/16', '127.0.0.1']);
    expect(['10.9.9.9', '::ffff:10.9.9.9', 'fd12::1', '127.0.0.1'].every(rule)).toBe(true);
    expect(['11.0.0.1', '127.0.0.2', 'fd13::1', '1.1.1.1'].some(rule)).toBe(false);
  });

  it('never takes link-local and metadata addresses, whatever its ranges say', () => {
    const rule = allowedBy(['0.0.0.0/0', '::/0']);
    for (const address of [
      '169.254.169.254',
      '::ffff:169.254.169.254',
      'fe80::1',
      'fe80::1%eth0',
      'fec0::1',
      '::',
      'ff02::1',
      'fd00:ec2::254',
      'fd20:ce::254',
      '0.0.0.0',
      '168.63.129.16',
      '224.0.0.1',
      '240.0.0.1',
      '192.0.0.192',
      '100.100.100.200',
      '64:ff9b::a9fe:a9fe',
      '64:ff9b:1::a9fe:a9fe',
      '::ffff:0:a9fe:a9fe',
      '::169.254.169.254',
    ]) {
      expect([address, rule(address)]).toEqual([address, false]);
    }
  });

  it.each(['10.0.0.0/33', '10.0.0/8', 'x', '10.0.0.0/8/8', '::/129', '10.0.0.0/08', ''])(
    'refuses the range %j',
    (text) => {
      expect(() => parseCidr(text)).toThrow(TypeError);
    },
  );
});

describe('row 20: a name is resolved once', () => {
  const answers =
    (...addresses: string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

  it('is refused whole when one of its addresses is forbidden', async () => {
    await expect(resolveAllowed('evil.example', isPublic, answers('1.1.1.1', '127.0.0.1'))).rejects.toThrow(
      AddressRefused,
    );
  });

  it('is refused when it has none', async () => {
    await expect(resolveAllowed('none.example', isPublic, answers())).rejects.toThrow(AddressRefused);
  });

  it('does not ask a name server about an address', async () => {
    const never = async () => Promise.reject(new Error('asked'));
    await expect(resolveAllowed('[::1]', allowedBy(['::1']), never)).resolves.toEqual([
      { address: '::1', family: 6 },
    ]);
    await expect(resolveAllowed('2130706433', isPublic, answers('127.0.0.1'))).rejects.toThrow(
      AddressRefused,
    );
  });
});
