import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/**
 * Never reached, whatever a config says: the addresses at which clouds hand out credentials, and what
 * names no single host. (RFC 6890; AWS, GCP, Azure, Alibaba and Oracle metadata services; RFC 8215, whose
 * IPv4 host cannot be told from the address.)
 */
const NEVER: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['64:ff9b:1::', 48],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
];

/** Not on the public internet. An address that a caller gave must be none of these either. */
const NOT_PUBLIC: readonly (readonly [string, number])[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['::1', 128],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
];

export type AddressRule = (address: string) => boolean;

const never = listOf(NEVER);
const notPublic = listOf(NOT_PUBLIC);

/** For an executor of the config: its `allow_cidrs`, and of those none that is never reached. */
export function allowedBy(cidrs: readonly string[]): AddressRule {
  const allowed = listOf(cidrs.map(parseCidr));
  return (address) => isIn(allowed, address) && !isIn(never, address);
}

/** For an address that came from a caller, and for an executor that names no range: public ones only. */
export const isPublic: AddressRule = (address) =>
  isIP(plain(address)) !== 0 && !isIn(never, address) && !isIn(notPublic, address);

/** A range as `10.0.0.0/8` or `fd00::/8`; a plain address is a range of one. Throws `TypeError` on anything else. */
export function parseCidr(text: string): readonly [string, number] {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  const longest = family === 4 ? 32 : 128;
  const length = bits === undefined ? longest : /^(0|[1-9]\d{0,2})$/.test(bits) ? Number(bits) : Number.NaN;
  if (family === 0 || more.length > 0 || !(length <= longest))
    throw new TypeError(`"${text}" is no address range`);
  return [address, length];
}

export class AddressRefused extends Error {
  constructor(host: string) {
    super(`${host} has an address that must not be reached from here`);
    this.name = 'AddressRefused';
  }
}

/**
 * Resolves a host and refuses it whole when one of its addresses is not allowed: of two, the one that is
 * tried is not ours to choose. The connection MUST then go to one of these and not resolve again, or a
 * second answer of the same name server could lead elsewhere (DNS rebinding).
 */
export async function resolveAllowed(
  host: string,
  rule: AddressRule,
  lookup: (host: string) => Promise<readonly LookupAddress[]> = (name) => systemLookup(name, { all: true }),
): Promise<readonly LookupAddress[]> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const literal = isIP(bare);
  const found = literal === 0 ? await lookup(bare) : [{ address: bare, family: literal }];
  if (found.length === 0 || !found.every(({ address }) => rule(address))) throw new AddressRefused(host);
  return found;
}

function listOf(ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of ranges) list.addSubnet(address, bits, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return list;
}

/** An IPv4 address in IPv6's clothes is that IPv4 address: `::ffff:169.254.169.254` is metadata all the same. */
function isIn(list: BlockList, address: string): boolean {
  const bare = plain(address);
  const family = isIP(bare);
  if (family === 0) return false;
  return list.check(bare, family === 4 ? 'ipv4' : 'ipv6');
}

function plain(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (isIP(bare) !== 6) return bare;
  const mapped = embeddedIpv4(bare);
  return mapped ?? bare;
}

/** `::ffff:a.b.c.d`, `::ffff:0:a.b.c.d`, `::a.b.c.d` and NAT64's `64:ff9b::a.b.c.d` lead to an IPv4 host. */
function embeddedIpv4(address: string): string | null {
  const words = toWords(address);
  if (words === null) return null;
  const [high, low] = [words[6] ?? 0, words[7] ?? 0];
  const head = words.slice(0, 6).join(' ');
  const leads =
    ['0 0 0 0 0 65535', '0 0 0 0 65535 0', '100 65435 0 0 0 0'].includes(head) ||
    (head === '0 0 0 0 0 0' && high > 0);
  return leads ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : null;
}

/** The eight 16-bit words of an IPv6 address. */
function toWords(address: string): readonly number[] | null {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const [, head = '', a, b, c, d] = dotted ?? [];
  const hex = dotted
    ? `${head}${((Number(a) << 8) | Number(b)).toString(16)}:${((Number(c) << 8) | Number(d)).toString(16)}`
    : address;
  const [left = '', right] = hex.split('::');
  const parse = (part: string) =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  const [first, last] = [parse(left), right === undefined ? [] : parse(right)];
  const gap = 8 - first.length - last.length;
  if (gap < 0) return null;
  return [...first, ...new Array<number>(right === undefined ? 0 : gap).fill(0), ...last];
}
