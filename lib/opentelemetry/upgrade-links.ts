import { propagation, ROOT_CONTEXT, trace, type Link } from '@opentelemetry/api'
import type { WsConnection } from '../runtime/ws-connection.js'

/** Links to the traces that opened connections; read once for each connection that has one. */
export class UpgradeLinks {
  readonly #links = new WeakMap<WsConnection, Link[]>()

  /** `undefined` when no trace opened the connection. */
  of(connection: WsConnection): Link[] | undefined {
    const { traceparent } = connection
    if (traceparent === undefined) return undefined
    let links = this.#links.get(connection)
    if (!links) {
      links = readLinks(traceparent)
      this.#links.set(connection, links)
    }
    return links
  }
}

/** The propagator that the application has registered says what a header means. */
function readLinks(traceparent: string): Link[] {
  const extracted = propagation.extract(ROOT_CONTEXT, { traceparent })
  const context = trace.getSpanContext(extracted)
  return context ? [{ context }] : []
}
