import {
  context as contexts,
  ROOT_CONTEXT,
  trace,
  type Span,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api'
import { isPromise } from '../async/maybe-promise.js'
import type { WsMiddleware } from '../runtime/middleware.js'
import { recordFailure } from './record-failure.js'
import { SpanPlans } from './span-plan.js'
import { UpgradeLinks } from './upgrade-links.js'

/** How spans are made. */
export interface OpenTelemetryOptions {
  /** Default: the provider that has been registered globally, also when that happens later. */
  readonly tracerProvider?: TracerProvider
}

/** What the tracer is called: the instrumentation scope of every span. */
const SCOPE = 'enfilade'

/**
 * Middleware that makes a span of each message, and of each `@OnConnect` handler: a root span, since a
 * connection may live for days, with a link to the trace that opened the connection. While the handler
 * runs the span is the active one, so that the spans of databases and HTTP clients become its children.
 *
 * Put it first into the option `use`.
 *
 * @throws TypeError when an option is not what it may be
 * @example
 * ```ts
 * createWsApp({ controllers: [ChatController], use: [openTelemetry()] })
 * ```
 */
export function openTelemetry({ tracerProvider }: OpenTelemetryOptions = {}): WsMiddleware {
  const tracer = tracerOf(tracerProvider)
  const plans = new SpanPlans()
  const links = new UpgradeLinks()
  return (context, next) => {
    const { name, options } = plans.of(context)
    const linked = links.of(context.connection)
    const span = tracer.startSpan(
      name,
      linked ? { ...options, links: linked } : options,
      ROOT_CONTEXT,
    )
    return run(span, next, context.id !== undefined)
  }
}

function tracerOf(provider: TracerProvider | undefined): Tracer {
  if (provider === undefined) return trace.getTracer(SCOPE)
  if (typeof (provider as Partial<TracerProvider> | null)?.getTracer !== 'function') {
    throw new TypeError('openTelemetry: tracerProvider has no method getTracer')
  }
  return provider.getTracer(SCOPE)
}

function run(span: Span, next: () => unknown, isAnswered: boolean): unknown {
  const fail = (error: unknown): never => {
    recordFailure(span, error, isAnswered)
    span.end()
    throw error
  }
  let result: unknown
  try {
    result = contexts.with(trace.setSpan(contexts.active(), span), next)
  } catch (error) {
    return fail(error)
  }
  if (!isPromise(result)) {
    span.end()
    return result
  }
  return Promise.resolve(result).then((value) => {
    span.end()
    return value
  }, fail)
}
