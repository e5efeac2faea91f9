import { encodeFrame } from '../support/raw-frames.js'
import { upgradeRequest, type HeaderValue, type UpgradeParts } from '../support/raw-upgrade.js'
import { hostilePaths } from './hostile-values.js'
import { Weighted, type Random } from './random.js'

/** What the client does after it has sent its bytes. */
export type Manners =
  /** Waits for an answer, or for the end of the connection. */
  | 'wait'
  /** Ends its sending half at once: what it sent may be incomplete. */
  | 'end'
  /** Resets the connection as soon as the bytes are with the kernel. */
  | 'reset'

/** A request that is wrong in one way. */
export interface FuzzUpgrade {
  kind: string
  /** What to write, in as many pieces. */
  chunks: (string | Buffer)[]
  manners: Manners
}

/** Where requests are aimed. */
export interface UpgradeSource {
  random: Random
  port: number
  /** Path of a correct upgrade. */
  path: string
}

type Make = (source: UpgradeSource) => Omit<FuzzUpgrade, 'kind'>

const hostileOrigins = [
  'null',
  '',
  ' ',
  '*',
  'http://evil.test',
  'https://127.0.0.1@evil.test',
  'http://127.0.0.1.evil.test',
  'http://127.0.0.1:99999',
  'http://[::1',
  'http://%00',
  'javascript:alert(1)',
  'file://',
  'http://localhost\t',
  'http://xn--a',
  `http://${'a'.repeat(3000)}.test`,
  'http://a http://b',
]

const hostileProtocols = [
  '',
  ',',
  ', ,',
  'enfilade.v1',
  'enfilade.v1,enfilade.v1',
  'chat, enfilade.v1 , x',
  'enfilade.v2',
  'ENFILADE.V1',
  '"enfilade.v1"',
  'a b',
  'é',
  'x,'.repeat(500),
]

const hostileKeys = [
  '',
  'x',
  'A'.repeat(23),
  'A'.repeat(24),
  `${'!'.repeat(22)}==`,
  'A'.repeat(4000),
]

const methods = [
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'HEAD',
  'TRACE',
  'PATCH',
  'get',
  'G',
  'PRI',
  '',
]

const versions = ['', '0', '7', '8', '12', '14', '13, 8', '13 ', '-13', '013', '1e1', '99999999999']

const headerNames = [
  'Upgrade',
  'Connection',
  'Sec-WebSocket-Key',
  'Sec-WebSocket-Version',
  'Sec-WebSocket-Protocol',
  'Sec-WebSocket-Extensions',
  'Origin',
  'Host',
  'Content-Length',
  'Cookie',
  'Authorization',
  'X-Forwarded-For',
] as const

const weights: readonly (readonly [name: string, weight: number, make: Make])[] = [
  ['correct', 4, (source) => request(source, {})],
  ['path', 12, (source) => request(source, { path: anyPath(source.random) })],
  [
    'method',
    5,
    ({ random, ...to }) => request({ random, ...to }, { method: random.pick(methods) }),
  ],
  ['version', 5, (source) => header(source, 'Sec-WebSocket-Version', versions)],
  ['key', 5, (source) => header(source, 'Sec-WebSocket-Key', hostileKeys)],
  ['origin', 8, (source) => header(source, 'Origin', hostileOrigins)],
  ['protocol', 6, (source) => header(source, 'Sec-WebSocket-Protocol', hostileProtocols)],
  ['extensions', 3, (source) => header(source, 'Sec-WebSocket-Extensions', extensions)],
  ['upgrade', 4, (source) => header(source, 'Upgrade', ['', 'h2c', 'WEBSOCKET', 'websocket, h2c'])],
  ['connection', 4, (source) => header(source, 'Connection', ['', 'close', 'keep-alive, Upgrade'])],
  ['host', 4, (source) => header(source, 'Host', ['', ' ', 'evil.test', 'a:b:c', '[::1', '%00'])],
  ['missing', 8, missing],
  ['twice', 8, twice],
  ['huge', 4, huge],
  ['manyHeaders', 3, manyHeaders],
  ['forwarded', 3, (source) => header(source, 'X-Forwarded-For', ['', '::', '1.2.3.4, x', '%'])],
  ['cookie', 4, (source) => header(source, 'Cookie', ['=', ';;', 'a=%', '__proto__=1', 'a="'])],
  ['body', 3, body],
  ['binaryHeader', 4, binaryHeader],
  ['proxyProtocol', 3, proxyProtocol],
  ['garbage', 5, garbage],
  ['half', 10, half],
  ['reset', 8, (source) => ({ ...request(source, {}), manners: 'reset' })],
  ['slow', 4, slow],
  ['pipelined', 8, pipelined],
]

const extensions = ['permessage-deflate', 'permessage-deflate; x=;', ';', 'x'.repeat(2000)] as const

const kinds = new Weighted(weights.map(([name, weight, make]) => [{ name, make }, weight]))

/** The next request of a source. */
export function nextUpgrade(source: UpgradeSource): FuzzUpgrade {
  const { name, make } = kinds.pick(source.random)
  return { kind: name, ...make(source) }
}

function request({ port, path }: UpgradeSource, parts: UpgradeParts): Omit<FuzzUpgrade, 'kind'> {
  return { chunks: [upgradeRequest(port, { path, ...parts })], manners: 'wait' }
}

function header(source: UpgradeSource, name: string, values: readonly HeaderValue[]) {
  return request(source, { headers: { [name]: source.random.pick(values) } })
}

/** A hostile path as a request target: often escaped, else as it is. */
function anyPath(random: Random): string {
  const path = random.pick(hostilePaths)
  const query = random.pick(['', '?', '?token=%', '?__proto__=1', `?${'a=1&'.repeat(300)}`])
  return (random.oneIn(3) ? encodeURI(path.replace(/[\ud800-\udfff]/g, '%ED%A0%80')) : path) + query
}

function missing(source: UpgradeSource) {
  return request(source, { omitHeaders: [source.random.pick(headerNames.slice(0, 4)), 'host'] })
}

function twice(source: UpgradeSource) {
  const name = source.random.pick(headerNames)
  const value = source.random.pick(['websocket', 'Upgrade', '13', 'http://evil.test', '0'])
  return request(source, { headers: { [name]: [value, value, source.random.text(8)] } })
}

function huge(source: UpgradeSource) {
  const { random } = source
  const size = random.pick([2000, 4000, 8000, 16_000, 70_000, 300_000])
  const made = request(source, { headers: { [random.pick(headerNames)]: 'x'.repeat(size) } })
  // A server may give up on it before its end, and then has nothing to answer.
  return { ...made, manners: 'end' as const }
}

function manyHeaders(source: UpgradeSource) {
  const amount = source.random.pick([40, 90, 110, 2000])
  const headers = Object.fromEntries(
    Array.from({ length: amount }, (_, index) => [`X-${index}`, 'v']),
  )
  return { ...request(source, { headers }), manners: 'end' as const }
}

function body(source: UpgradeSource) {
  const { random } = source
  const framing = random.pick([
    { 'Content-Length': '10' },
    { 'Content-Length': '-1' },
    { 'Content-Length': '99999999999999999999' },
    { 'Content-Length': ['1', '2'] },
    { 'Transfer-Encoding': 'chunked' },
    { 'Transfer-Encoding': 'chunked', 'Content-Length': '3' },
  ])
  const { chunks } = request(source, { headers: { ...framing } as Record<string, HeaderValue> })
  const tail = random.pick(['', '5\r\nhello\r\n0\r\n\r\n', 'zz\r\n', 'hello'])
  return { chunks: [...chunks, tail], manners: 'end' as const }
}

function binaryHeader(source: UpgradeSource) {
  const [text = ''] = request(source, {}).chunks
  const bad = Buffer.concat([
    Buffer.from('X-Any: '),
    source.random.bytes(20),
    Buffer.from('\r\n\r\n'),
  ])
  const head = Buffer.from(text).subarray(0, -2)
  return { chunks: [Buffer.concat([head, bad])], manners: 'end' as const }
}

function proxyProtocol(source: UpgradeSource) {
  const { chunks } = request(source, {})
  const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')
  const claim = source.random.pick([
    Buffer.from('2111000c010203047f00000100500050', 'hex'),
    Buffer.from('2121ffff', 'hex'),
    source.random.bytes(8),
  ])
  return { chunks: [Buffer.concat([signature, claim]), ...chunks], manners: 'end' as const }
}

function garbage({ random }: UpgradeSource) {
  const bytes = random.bytes(random.int(600))
  const tail = random.pick(['', '\r\n\r\n', '\n\n'])
  return { chunks: [Buffer.concat([bytes, Buffer.from(tail)])], manners: 'end' as const }
}

function half(source: UpgradeSource) {
  const [whole = ''] = request(source, {}).chunks
  const manners = source.random.pick(['end', 'reset'] as const)
  return { chunks: [whole.slice(0, source.random.int(whole.length))], manners }
}

/**
 * A correct request, a few bytes at a time. The request line comes whole: uWebSockets.js answers
 * 505 to one that is cut within its first 16 bytes.
 */
function slow(source: UpgradeSource) {
  const whole = String(request(source, {}).chunks[0])
  let start = whole.indexOf('\r\n') + 2
  const chunks = [whole.slice(0, start)]
  while (start < whole.length) {
    const end = start + source.random.between(1, 40)
    chunks.push(whole.slice(start, end))
    start = end
  }
  return { chunks, manners: 'wait' as const }
}

/** Frames right behind the request, before the answer can be known; sometimes another request. */
function pipelined(source: UpgradeSource) {
  const { random } = source
  const { chunks } = request(source, {})
  const frames = [
    encodeFrame({
      payload: '{"event":"say","path":"/chat/general","data":{"text":"early"},"id":1}',
    }),
    encodeFrame({ opcode: 9, payload: 'early' }),
    encodeFrame({ opcode: random.int(16), rsv: random.int(8), payload: random.bytes(30) }),
    Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
  ]
  const behind = Array.from({ length: random.between(1, 90) }, () => random.pick(frames))
  return {
    chunks: [Buffer.concat([...chunks.map((chunk) => Buffer.from(chunk)), ...behind])],
    manners: 'wait' as const,
  }
}
