import { afterEach } from '@jest/globals'
import { createTestApp, type TestApp, type TestAppOptions } from 'enfilade/testing'
import { LossyHub, type HubTransport } from './lossy-hub.js'

/** How far the clocks of the apps are apart at most, in milliseconds. */
const STEP = 100

const running = new Set<TestCluster>()

afterEach(async () => {
  await Promise.all([...running].map((cluster) => cluster.close()))
})

/** Apps in memory over one `LossyHub`, whose clocks go together; they are closed after the test. */
export class TestCluster {
  readonly hub = new LossyHub()
  readonly apps: TestApp[] = []
  readonly #transports = new Map<TestApp, HubTransport>()

  static async start(count: number, options: TestAppOptions): Promise<TestCluster> {
    const cluster = new TestCluster()
    running.add(cluster)
    for (let index = 0; index < count; index++) await cluster.add(options)
    // By now each knows that there is nobody else.
    await cluster.advance(1_000)
    return cluster
  }

  async add(options: TestAppOptions): Promise<TestApp> {
    const transport = this.hub.connect()
    const app = createTestApp({ ...options, broadcastTransport: transport })
    this.#transports.set(app, transport)
    this.apps.push(app)
    await app.listen()
    await this.settle()
    return app
  }

  /** The app goes on, and nobody hears of it: to the others it is as after `kill -9`. */
  cut(app: TestApp): void {
    this.#transport(app).isCut = true
  }

  mend(app: TestApp): void {
    this.#transport(app).isCut = false
  }

  async advance(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= STEP) {
      for (const app of this.apps) await app.clock.advance(Math.min(STEP, left))
    }
    await this.settle()
  }

  /** What one app sent has arrived at the others, and what came of it. */
  async settle(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      for (const app of this.apps) await app.settle()
    }
  }

  async close(): Promise<void> {
    running.delete(this)
    await Promise.all(this.apps.map((app) => app.close()))
  }

  #transport(app: TestApp): HubTransport {
    return this.#transports.get(app) as HubTransport
  }
}
