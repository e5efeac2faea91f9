import { SpanKind, type Attributes, type SpanOptions } from '@opentelemetry/api'
import { PerRoute } from '../runtime/per-route.js'
import type { WsContext } from '../runtime/ws-context.js'

/** What a span starts with. */
export interface SpanPlan {
  readonly name: string
  readonly options: Readonly<SpanOptions>
}

const SYSTEM = 'enfilade'

/**
 * What the spans of routes and hooks start with, made once for each. Names and attributes are those of
 * patterns and never of concrete paths.
 */
export class SpanPlans {
  readonly #answered = new PerRoute(planCall)
  readonly #others = new PerRoute((context) =>
    context.kind === 'message' ? planMessage(context) : planConnect(context),
  )

  of(context: WsContext): SpanPlan {
    return (context.id === undefined ? this.#others : this.#answered).of(context)
  }
}

/** A message with an id is answered: a call, as the conventions for RPC have it. */
function planCall({ event, pattern = '', handler }: WsContext): SpanPlan {
  const method = `${pattern}/${event}`
  const attributes = { 'rpc.system.name': SYSTEM, 'rpc.method': method }
  return plan(method, SpanKind.SERVER, { ...attributes, ...codeOf(handler) })
}

/** A message without an id is not: the conventions for messaging fit. */
function planMessage({ event, pattern = '', handler }: WsContext): SpanPlan {
  return plan(`${event} ${pattern}`, SpanKind.CONSUMER, {
    'messaging.system': SYSTEM,
    'messaging.operation.type': 'process',
    'messaging.operation.name': event,
    'messaging.destination.template': pattern,
    ...codeOf(handler),
  })
}

function planConnect({ handler }: WsContext): SpanPlan {
  return plan(`connect ${handler}`, SpanKind.SERVER, codeOf(handler))
}

function plan(name: string, kind: SpanKind, attributes: Attributes): SpanPlan {
  return { name, options: { kind, attributes } }
}

function codeOf(handler: string): Attributes {
  return { 'code.function.name': handler, 'network.protocol.name': 'websocket' }
}
