import type { HttpResponse } from 'uWebSockets.js'
import type { HealthOptions } from '../options/options.js'
import type { Readiness } from '../runtime/readiness.js'
import type { WsHttp } from './http-routes.js'

/** Where the routes are when nothing else is said: the names that Kubernetes itself uses. */
const DEFAULT_PATHS: Required<Omit<HealthOptions, 'workers'>> = { live: '/livez', ready: '/readyz' }

/**
 * Adds the routes of the option `health`. Whoever asks for `live` hears whether the event loop turns:
 * nothing else that a restart would mend.
 */
export function addHealthRoutes(
  http: WsHttp,
  health: boolean | HealthOptions | undefined,
  readiness: Readiness,
): void {
  if (health === undefined || health === false) return
  const { live = DEFAULT_PATHS.live, ready = DEFAULT_PATHS.ready } = health === true ? {} : health
  addRoute(http, live, () => undefined)
  addRoute(http, ready, () => readiness.fault)
}

/** What is read of the state of a worker; the rest is shown as it is. */
interface ShownWorker {
  readonly state: string
}

/** Adds the route that shows all workers, if the option `health` says where: 200 when all listen. */
export function addWorkersRoute(
  http: WsHttp,
  health: boolean | HealthOptions | undefined,
  status: () => Promise<readonly ShownWorker[]>,
): void {
  if (typeof health !== 'object' || health.workers === undefined) return
  http.get(health.workers, async (response) => {
    const state = { isAborted: false }
    response.onAborted(() => (state.isAborted = true))
    const workers = await status()
    if (state.isAborted) return
    const areWell = workers.every((worker) => worker.state === 'listening')
    response.cork(() => {
      response.writeStatus(areWell ? '200 OK' : '503 Service Unavailable')
      response.writeHeader('Cache-Control', 'no-store')
      response.writeHeader('Content-Type', 'application/json')
      response.end(JSON.stringify(workers))
    })
  })
}

function addRoute(http: WsHttp, path: string, faultOf: () => string | undefined): void {
  http.get(path, (response) => answer(response, faultOf(), true))
  http.head(path, (response) => answer(response, faultOf(), false))
}

function answer(response: HttpResponse, fault: string | undefined, hasBody: boolean): void {
  response.writeStatus(fault === undefined ? '200 OK' : '503 Service Unavailable')
  response.writeHeader('Cache-Control', 'no-store')
  response.writeHeader('Content-Type', 'text/plain; charset=utf-8')
  // Not `endWithoutBody`: the pinned build takes that for no answer at all, and ends the process.
  response.end(hasBody ? `${fault ?? 'ok'}\n` : '')
}
