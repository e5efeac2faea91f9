import { isIP } from 'node:net'

/**
 * The bytes of an address: 4 or 16.
 *
 * @throws TypeError for what is no address
 */
export function addressBytes(address: string): Uint8Array<ArrayBuffer> {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.'), Number)
  if (isIP(address) !== 6) throw new TypeError(`"${address}" is no IP address`)
  // `URL` writes the last four bytes of `::ffff:192.0.2.1` as two groups.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const [first, last] = [groups(head), groups(tail ?? '')]
  const zeros = Array<string>(8 - first.length - last.length).fill('0')
  const all = [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16))
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]))
}
