import { buildApp } from '../app.js'
import type { WsCodec } from '../protocol/codec.js'
import { GivenSessions } from './given-sessions.js'
import { createMemoryUws } from './memory/memory-uws.js'
import { containerWith } from './override.js'
import { DEFAULT_PATIENCE } from './patience.js'
import { checkPatience, TestApp } from './test-app.js'
import type { TestAppOptions } from './test-app-options.js'
import type { TestCodec } from './test-codec.js'
import { testLogger } from './test-logger.js'
import { VirtualClock } from './virtual-clock.js'

/**
 * Makes an app in memory, for tests: what `createWsApp` makes, without sockets, ports or
 * uWebSockets.js, and with a clock that stands still. The same code runs as in a real app, from the
 * check of the upgrade request to the close frame.
 *
 * `logger` is by default one that prints errors only; `signals`, `tls`, `compression` and the HTTP routes
 * of `health` have no effect.
 *
 * @throws WsDefinitionError with everything that is wrong with options and controllers
 * @throws RangeError for a wrong `patience`
 * @example
 * ```ts
 * const app = createTestApp({ controllers: [ChatController] })
 * const ann = await app.connect({ userId: 'ann' })
 * await ann.call('join', '/chat/general')
 * ```
 */
export function createTestApp(options: TestAppOptions): TestApp {
  const { overrides = [], patience = DEFAULT_PATIENCE, ...rest } = options
  const sessions = new GivenSessions()
  const clock = new VirtualClock()
  const { uws, app: sockets } = createMemoryUws(clock)
  const container = overrides.length > 0 ? containerWith(overrides, rest.container) : rest.container
  const app = buildApp(
    { logger: testLogger, ...rest, ...(container && { container }) },
    {
      clock,
      loadUws: () => uws,
      hasNativeSockets: false,
      hearsSignals: false,
      admit: (authorize) => sessions.over(authorize),
    },
  )
  const codec = rest.codec && clientCodec(rest.codec)
  return new TestApp({
    ...{ app, sockets, clock, sessions, codec },
    patience: checkPatience(patience),
  })
}

/** A codec of the app's own has to read and write what clients do, too. */
function clientCodec(codec: WsCodec): TestCodec {
  return {
    decode: (frame) => codec.decode(frame),
    encode: (message) => codec.encode(message),
  }
}
