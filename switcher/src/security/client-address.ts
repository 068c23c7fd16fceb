import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import proxyAddr from 'proxy-addr';
import type { SwitchRequest } from '../contracts/switch-request.js';
import { rememberLast } from '../remember-last.js';

/** The address that a request came from. `X-Forwarded-For` counts only as far as trusted proxies wrote it. */
export function createClientAddress(trustedProxies: readonly string[]): (request: SwitchRequest) => string {
  const plain = rememberLast(plainAddress);
  if (trustedProxies.length === 0) return ({ remoteAddress = '' }) => plain(remoteAddress) ?? '';
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  return ({ remoteAddress, headers }) => {
    if (remoteAddress === undefined) return '';
    const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',');
    const request = {
      headers: { 'x-forwarded-for': forwarded },
      connection: { remoteAddress },
      socket: { remoteAddress },
    };
    return plainAddress(proxyAddr(request as unknown as IncomingMessage, isTrusted));
  };
}

/** IPv4-mapped IPv6 (`::ffff:10.0.0.1`) as IPv4; what is no address stays, and matches nothing. */
export function plainAddress(address: string): string {
  const bare = address.trim().replace(/%.*$/, '');
  return ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : bare;
}

/** What requests are counted by: an IPv4 address, or the /64 that one subscriber of IPv6 has to himself. */
export function countedAs(address: string): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address;
  const parsed = ipaddr.parse(address);
  return parsed.kind() === 'ipv6'
    ? `${(parsed as ipaddr.IPv6).parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')}::/64`
    : address;
}

/** Whether an address is in one of the ranges: `10.0.0.0/8`, `2001:db8::/32`, or a single address. */
export function createRanges(ranges: readonly string[]): (address: string) => boolean {
  const parsed = ranges.map(parseRange);
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const given = ipaddr.process(address);
    return parsed.some(([network, bits]) => network.kind() === given.kind() && given.match(network, bits));
  };
}

/** @throws Error for what is neither an address nor a range */
export function parseRange(range: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (range.includes('/')) return ipaddr.parseCIDR(range);
  const address = ipaddr.process(range);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
