import { afterEach } from '@jest/globals'
import { createWsApp, type WsApp, type WsAppOptions } from 'enfilade'
import { createRecordingLogger, type RecordingLogger } from './recording-logger.js'
import { WireClient, type WireClientOptions } from './wire-client.js'

/** An app that listens, and the ways to it. */
export interface StartedApp {
  app: WsApp
  port: number
  /** `ws:` address without a path. */
  url: string
  /** What the app logged; unused when the options bring a logger. */
  logger: RecordingLogger
  /** Connects a third-party client; it is dropped after the test. */
  connect(options?: WireClientOptions & { path?: string }): Promise<WireClient>
  /** Connects a client that speaks `enfilade.v1`. */
  connectV1(): Promise<WireClient>
  /** Ends clients and app; happens by itself after the test. */
  stop(): Promise<void>
}

const running = new Set<StartedApp>()

afterEach(async () => {
  await Promise.all([...running].map((started) => started.stop()))
})

/** Starts an app on a free port of this machine, logging into a `RecordingLogger`. */
export async function startApp(
  options: WsAppOptions,
  beforeListen?: (app: WsApp) => void,
): Promise<StartedApp> {
  const logger = createRecordingLogger()
  const app = createWsApp({ logger, ...options })
  const clients: WireClient[] = []
  beforeListen?.(app)
  const { port } = await app.listen(0, '127.0.0.1')
  const url = `${options.tls ? 'wss' : 'ws'}://127.0.0.1:${port}`
  const connect: StartedApp['connect'] = async ({ path = '/', ...rest } = {}) => {
    const client = await WireClient.connect(url + path, rest)
    clients.push(client)
    return client
  }
  const started: StartedApp = {
    ...{ app, port, url, logger, connect },
    connectV1: () => connect({ protocols: 'enfilade.v1' }),
    stop: async () => {
      running.delete(started)
      await app.close()
      for (const client of clients) client.terminate()
    },
  }
  running.add(started)
  return started
}
