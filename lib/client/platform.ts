/** The part of a WebSocket the client uses: that of browsers, Node 22 and the `ws` package. */
export interface WebSocketLike {
  readonly protocol: string
  /** Set to `arraybuffer` by a client with a codec. */
  binaryType?: string
  /** Text, and bytes when there is a codec. */
  send(data: never): void
  close(code?: number, reason?: string): void
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
}

/** A WebSocket class. */
export type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike

/** Everything outside the client that it depends on. */
export interface Platform {
  readonly WebSocket: WebSocketClass
  /** Milliseconds; only differences count. */
  readonly now: () => number
  /** Runs something later; returns how to take it back. */
  readonly schedule: (run: () => void, milliseconds: number) => () => void
  /** 0 up to, but not including, 1. */
  readonly random: () => number
  /** Hears that the network is back, or that somebody looks at the page again. */
  readonly onWake: (wake: () => void) => () => void
  /** What a handler of the user threw. */
  readonly report: (error: unknown) => void
}

interface Globals {
  WebSocket?: WebSocketClass
  location?: { href: string }
  document?: Target & { visibilityState: string }
  addEventListener?: unknown
  reportError?: (error: unknown) => void
}

interface Target {
  addEventListener(type: string, listener: () => void): void
  removeEventListener(type: string, listener: () => void): void
}

/** A timer that is set for longer fires at once. */
const LONGEST_DELAY = 2 ** 31 - 1

/** The globals are looked at when a client is made, not when its module is loaded. */
const globals = (): Globals => globalThis

/**
 * The platform of a browser or of Node.
 *
 * @throws TypeError when there is no WebSocket class
 */
export function createPlatform(given: WebSocketClass | undefined): Platform {
  const WebSocket = given ?? globals().WebSocket
  if (WebSocket === undefined) {
    throw new TypeError(
      "createWsClient: there is no global WebSocket here. Node has one from 22 on; before, install the package ws and pass it: { WebSocket } from 'ws'",
    )
  }
  return {
    WebSocket,
    now: () => performance.now(),
    schedule: (run, milliseconds) => {
      const timer = setTimeout(run, Math.min(milliseconds, LONGEST_DELAY))
      return () => clearTimeout(timer)
    },
    random: Math.random,
    onWake,
    report,
  }
}

/**
 * The address as a WebSocket takes it: relative to the page, with `ws:` for `http:`.
 *
 * @throws TypeError when it is none
 */
export function toSocketUrl(url: string | URL): string {
  const { location } = globals()
  let absolute: URL
  try {
    absolute = new URL(url, location?.href)
  } catch {
    throw new TypeError(`createWsClient: "${String(url)}" is no address`)
  }
  if (/^https?:$/.test(absolute.protocol)) {
    absolute.protocol = absolute.protocol.replace('http', 'ws')
  }
  if (!/^wss?:$/.test(absolute.protocol)) {
    throw new TypeError(`createWsClient: "${String(url)}" is no address of a WebSocket`)
  }
  absolute.hash = ''
  return absolute.href
}

function onWake(wake: () => void): () => void {
  const { document, addEventListener } = globals()
  const window = addEventListener ? (globalThis as unknown as Target) : undefined
  const onVisible = (): void => {
    if (document?.visibilityState === 'visible') wake()
  }
  window?.addEventListener('online', wake)
  document?.addEventListener('visibilitychange', onVisible)
  return () => {
    window?.removeEventListener('online', wake)
    document?.removeEventListener('visibilitychange', onVisible)
  }
}

/** As an event listener's error: it is seen, and the handlers after it run. */
export function report(error: unknown): void {
  const { reportError } = globals()
  if (reportError) reportError(error)
  else {
    queueMicrotask(() => {
      throw error
    })
  }
}
