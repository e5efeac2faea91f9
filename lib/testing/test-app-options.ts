import type { WsAppOptions } from '../options/options.js'
import type { Override } from './override.js'
import type { TestCodec } from './test-codec.js'

/** What {@link createTestApp} takes: the options of `createWsApp`, and some for the test. */
export interface TestAppOptions extends WsAppOptions {
  /** What is injected in the place of something else; see {@link override}. Default: nothing. */
  readonly overrides?: readonly Override[]
  /**
   * Milliseconds of real time that a client waits for what does not come, before it says so.
   * Default: 4,000.
   */
  readonly patience?: number
}

/** How a client of a test app connects. */
export interface TestConnectOptions {
  /** With a query if need be. Default: `/`. */
  readonly path?: string
  /** The sub-protocols to offer, or `false` for none. Default: `enfilade.v1`, or that of the codec. */
  readonly protocol?: string | readonly string[] | false
  /** Sent with the request, over the usual ones; `undefined` leaves one out. A list comes repeatedly. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Where it comes from. Default: `127.0.0.1`. */
  readonly remoteAddress?: string
  /** Default: the app's, else JSON. */
  readonly codec?: TestCodec
}
