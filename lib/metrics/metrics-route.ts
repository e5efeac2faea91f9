import { register as globalRegistry, type Registry } from 'prom-client'
import { bearerCheck } from '../http/bearer-check.js'
import type { HttpHandler, WsHttp } from '../uws/http-routes.js'

/** Who may read the metrics, and which. */
export interface MetricsRouteOptions {
  /**
   * What a scraper has to send as `Authorization: Bearer …`; others get 401. Default: anybody may
   * read who can reach the port.
   */
  readonly token?: string
  /** Default: the global registry of prom-client. */
  readonly register?: Registry
}

/**
 * Serves a registry of prom-client on the app's own port, beside the WebSockets. To be called before
 * `listen`.
 *
 * @param path default: `/metrics`
 * @throws TypeError when an argument is not what it may be
 */
export function metricsRoute(
  app: { readonly http: WsHttp },
  path = '/metrics',
  { token, register = globalRegistry }: MetricsRouteOptions = {},
): void {
  if (token !== undefined && (typeof token !== 'string' || token === '')) {
    throw new TypeError('metricsRoute: token has to be a string that is not empty')
  }
  if (typeof (register as Partial<Registry> | null)?.metrics !== 'function') {
    throw new TypeError('metricsRoute: register is no registry of prom-client')
  }
  const isKnown = token === undefined ? undefined : bearerCheck([token])
  app.http.get(path, async (response, request) => {
    if (isKnown?.(request.getHeader('authorization')) === false) {
      response.writeStatus('401 Unauthorized').writeHeader('WWW-Authenticate', 'Bearer').end()
      return
    }
    await write(response, register)
  })
}

async function write(response: Parameters<HttpHandler>[0], register: Registry): Promise<void> {
  const state = { isAborted: false }
  response.onAborted(() => (state.isAborted = true))
  const text = await register.metrics()
  // A response that was aborted throws when it is touched.
  if (state.isAborted) return
  response.cork(() => response.writeHeader('Content-Type', register.contentType).end(text))
}
