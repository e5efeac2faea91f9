import type { WsMiddleware } from '../runtime/middleware.js'
import { observer } from '../runtime/observer.js'
import type { WsApp } from '../ws-app.js'
import { Following } from './followed.js'
import { InspectorApi } from './inspector-api.js'
import { checkInspectorOptions, type InspectorOptions } from './inspector-options.js'
import { servePage } from './page-routes.js'
import { RouteTable } from './route-stats.js'
import { Samples } from './samples.js'

const SECOND = 1_000
/** Seconds after which half of the durations is forgotten. */
const FADE = 30

/**
 * A page that shows an app at work: its connections, rooms and routes, what fails and what waits; and
 * that may act: follow what a connection sends and is sent, send to it, close it, try a route. Only
 * with its key.
 *
 * @example
 * ```ts
 * const inspector = new Inspector({ key: process.env.INSPECTOR_KEY ?? '' })
 * const app = createWsApp({ controllers: [ChatController], use: [inspector.middleware] })
 * inspector.serve(app) // before listen: http://localhost:3000/inspector
 * ```
 */
export class Inspector {
  /**
   * Counts the messages of each route, and times one of sixteen. Put it first into the option `use`.
   * Without it there are no routes on the page, and no messages of clients.
   */
  readonly middleware: WsMiddleware
  readonly #options: Required<InspectorOptions>
  readonly #routes = new RouteTable()
  readonly #following = new Following()
  #isServing = false

  /** @throws TypeError when an option is not what it may be */
  constructor(options: InspectorOptions) {
    this.#options = checkInspectorOptions(options)
    const following = this.#following
    const routes = this.#routes
    this.middleware = observer((context, inner) => {
      if (context.kind !== 'message') return inner(context)
      if (!following.isEmpty) following.received(context)
      return routes.count(context, inner)
    })
  }

  /**
   * Adds the page to an app's HTTP routes. To be called once, before `listen`.
   *
   * @returns a function that stops what the inspector does by itself, once a second; the page goes with
   * the app
   * @throws Error when the inspector serves an app already
   */
  serve(app: WsApp): () => void {
    if (this.#isServing) throw new Error('Inspector: serves an app already; make one for each app')
    this.#isServing = true
    const samples = new Samples(app.counters)
    const parts = { app, samples, routes: this.#routes, following: this.#following }
    servePage(app.http, this.#options.path)
    new InspectorApi(parts).serve(this.#options)
    const ignore = app.events.on('error', (event) => this.#routes.failed(event))
    let seconds = 0
    const timer = setInterval(() => {
      const now = Date.now()
      samples.tick(now)
      this.#routes.tick(++seconds % FADE === 0)
      this.#following.sweep(now)
    }, SECOND).unref()
    return () => {
      clearInterval(timer)
      ignore()
      this.#following.clear()
    }
  }
}
