import { createHash, randomBytes } from 'node:crypto'

/** One header value, or several to send the header more than once, or `false` to leave it out. */
export type HeaderValue = string | readonly string[] | false

/** An upgrade request, right where nothing is said. */
export interface UpgradeParts {
  /** `GET` by default. */
  method?: string
  /** Request target as it stands on the wire, unescaped; `/` by default. */
  path?: string
  /** `1.1` by default. */
  httpVersion?: string
  /** Value of the Host header; `127.0.0.1:<port>` by default. */
  host?: string
  /** Headers to add or, compared without case, to replace. */
  headers?: Readonly<Record<string, HeaderValue>>
  /** Names of default headers to leave out, compared without case. */
  omitHeaders?: readonly string[]
}

/** The HTTP answer to an upgrade. Header names are in lower case; repeated ones joined by `, `. */
export interface HttpResponse {
  status: number
  statusText: string
  headers: Record<string, string>
  body: string
}

/** The text of an upgrade request to a port of this machine. */
export function upgradeRequest(port: number, parts: UpgradeParts = {}): string {
  const { method = 'GET', path = '/', httpVersion = '1.1' } = parts
  const headers = new Map<string, [string, HeaderValue]>()
  const set = (name: string, value: HeaderValue) => headers.set(name.toLowerCase(), [name, value])
  set('Host', parts.host ?? `127.0.0.1:${port}`)
  set('Upgrade', 'websocket')
  set('Connection', 'Upgrade')
  set('Sec-WebSocket-Key', randomBytes(16).toString('base64'))
  set('Sec-WebSocket-Version', '13')
  for (const name of parts.omitHeaders ?? []) headers.delete(name.toLowerCase())
  for (const [name, value] of Object.entries(parts.headers ?? {})) set(name, value)
  const lines = [`${method} ${path} HTTP/${httpVersion}`]
  for (const [name, value] of headers.values()) {
    if (value === false) continue
    const values = typeof value === 'string' ? [value] : value
    for (const each of values) lines.push(`${name}: ${each}`)
  }
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** The `Sec-WebSocket-Accept` that answers a key. */
export function acceptFor(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

/** Collects the bytes of an HTTP response until it is complete. */
export class ResponseReader {
  #bytes: Buffer = Buffer.alloc(0)

  /**
   * Adds bytes. Returns the response once it is complete, with the bytes behind it. A body without
   * Content-Length lasts until the connection ends, which `ended` tells.
   */
  push(chunk: Buffer, ended = false): { response: HttpResponse; rest: Buffer } | undefined {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    const headEnd = this.#bytes.indexOf('\r\n\r\n')
    if (headEnd === -1) return undefined
    const head = parseHead(this.#bytes.toString('latin1', 0, headEnd))
    const body = this.#bytes.subarray(headEnd + 4)
    const length = bodyLength(head)
    if (body.length < length && !(ended && length === Infinity)) return undefined
    const own = body.subarray(0, length === Infinity ? body.length : length)
    return { response: { ...head, body: own.toString() }, rest: body.subarray(own.length) }
  }
}

function bodyLength({ status, headers }: Omit<HttpResponse, 'body'>): number {
  if (status < 200 || status === 204 || status === 304) return 0
  const length = headers['content-length']
  return length === undefined ? Infinity : Number(length)
}

function parseHead(text: string): Omit<HttpResponse, 'body'> {
  const [statusLine = '', ...lines] = text.split('\r\n')
  const [, status = '0', statusText = ''] = /^HTTP\/\d\.\d (\d{3}) ?(.*)$/.exec(statusLine) ?? []
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value
  }
  return { status: Number(status), statusText, headers }
}
