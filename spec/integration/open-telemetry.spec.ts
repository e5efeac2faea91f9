import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node'
import { Controller, OnConnect, OnMessage, WsError, type WsAppOptions } from 'enfilade'
import { openTelemetry } from 'enfilade/opentelemetry'
import { startApp } from '../support/start-app.js'
import type { WireClient, WireClientOptions } from '../support/wire-client.js'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })

@Controller('/orders/:id')
class OrderController {
  @OnMessage('read')
  read(): string {
    return 'order'
  }

  @OnMessage('store')
  async store(): Promise<string> {
    await new Promise(setImmediate)
    trace.getTracer('database').startSpan('INSERT').end()
    return 'stored'
  }

  @OnMessage('fail')
  fail(): void {
    throw new Error('the disk is full')
  }

  @OnMessage('fail later')
  async failLater(): Promise<void> {
    await new Promise(setImmediate)
    throw new WsError(503, 'Try later')
  }

  @OnMessage('refuse')
  refuse(): void {
    throw new WsError(409, 'Shipped already')
  }

  @OnMessage('throw a text')
  throwText(): void {
    throw 'a text'
  }
}

@Controller()
class GreetingController {
  @OnConnect()
  greet(): void {}
}

async function open(
  options: Partial<WsAppOptions> = {},
  client: WireClientOptions = {},
): Promise<WireClient> {
  const started = await startApp({
    controllers: [OrderController],
    use: [openTelemetry()],
    ...options,
  })
  return started.connect(client)
}

/** The one span of this name that has ended. */
function spanOf(name: string): ReadableSpan {
  const spans = exporter.getFinishedSpans().filter((span) => span.name === name)
  expect(spans).toHaveLength(1)
  return spans[0] as ReadableSpan
}

beforeAll(() => provider.register())
beforeEach(() => exporter.reset())
afterAll(async () => {
  await provider.shutdown()
  trace.disable()
  context.disable()
  propagation.disable()
})

describe('the span of a message', () => {
  it('with an id is that of a call, named after the route and not after the path', async () => {
    const client = await open()
    expect(await client.call('read', '/orders/42')).toBe('order')
    const span = spanOf('/orders/:id/read')
    expect(span.kind).toBe(SpanKind.SERVER)
    expect(span.attributes).toEqual({
      'rpc.system.name': 'enfilade',
      'rpc.method': '/orders/:id/read',
      'code.function.name': 'OrderController.read',
      'network.protocol.name': 'websocket',
    })
    expect(span.status).toEqual({ code: SpanStatusCode.UNSET })
    expect(span.instrumentationScope.name).toBe('enfilade')
    expect(span.parentSpanContext).toBeUndefined()
  })

  it('without an id is that of a message that is processed', async () => {
    const client = await open()
    client.send('read', '/orders/42')
    await client.call('store', '/orders/42')
    const span = spanOf('read /orders/:id')
    expect(span.kind).toBe(SpanKind.CONSUMER)
    expect(span.attributes).toEqual({
      'messaging.system': 'enfilade',
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'read',
      'messaging.destination.template': '/orders/:id',
      'code.function.name': 'OrderController.read',
      'network.protocol.name': 'websocket',
    })
  })

  it('ends with the promise of the handler, and is the parent of what that does', async () => {
    const client = await open()
    expect(await client.call('store', '/orders/42')).toBe('stored')
    const span = spanOf('/orders/:id/store')
    const inner = spanOf('INSERT')
    expect(inner.parentSpanContext?.spanId).toBe(span.spanContext().spanId)
    expect(inner.spanContext().traceId).toBe(span.spanContext().traceId)
  })

  it('is a trace of its own', async () => {
    const client = await open()
    for (const id of [1, 2]) await client.call('read', `/orders/${id}`)
    const traces = exporter.getFinishedSpans().map((span) => span.spanContext().traceId)
    expect(new Set(traces).size).toBe(2)
  })

  it.each([
    ['fail', 500, 'the disk is full', 1],
    ['fail later', 503, 'Try later', 1],
    ['throw a text', 500, 'a text', 0],
  ])('of "%s" has status ERROR, and the code %i', async (event, code, message, exceptions) => {
    const client = await open()
    await expect(client.call(event, '/orders/42')).rejects.toMatchObject({ code })
    const span = spanOf(`/orders/:id/${event}`)
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message })
    expect(span.attributes).toMatchObject({
      'error.type': String(code),
      'rpc.response.status_code': String(code),
    })
    expect(span.events.map(({ name }) => name)).toEqual(Array(exceptions).fill('exception'))
  })

  it('of an error that blames the client has its code, and no status', async () => {
    const client = await open()
    await expect(client.call('refuse', '/orders/42')).rejects.toMatchObject({ code: 409 })
    const { status, attributes, events } = spanOf('/orders/:id/refuse')
    expect(status).toEqual({ code: SpanStatusCode.UNSET })
    expect(attributes).toMatchObject({ 'error.type': '409', 'rpc.response.status_code': '409' })
    expect(events).toEqual([])
  })

  it('without an id has an error type, and no status of a reply', async () => {
    const client = await open()
    client.send('refuse', '/orders/42')
    await client.call('read', '/orders/42')
    const { attributes } = spanOf('refuse /orders/:id')
    expect(attributes['error.type']).toBe('409')
    expect(attributes).not.toHaveProperty('rpc.response.status_code')
  })
})

describe('the trace that opened a connection', () => {
  it('is linked from every span of its messages', async () => {
    const traceparent = `00-${TRACE}-${SPAN}-01`
    const client = await open({}, { headers: { traceparent } })
    for (const id of [1, 2]) await client.call('read', `/orders/${id}`)
    for (const span of exporter.getFinishedSpans()) {
      expect(span.links).toHaveLength(1)
      expect(span.links[0]?.context).toMatchObject({ traceId: TRACE, spanId: SPAN })
      expect(span.spanContext().traceId).not.toBe(TRACE)
    }
  })

  it.each([
    ['is no trace', 'nonsense'],
    ['has no parts', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['is far too long', `00-${TRACE}-${SPAN}-01-${'x'.repeat(200)}`],
  ])('is left out when the header %s', async (_what, traceparent) => {
    const client = await open({}, { headers: { traceparent } })
    await client.call('read', '/orders/42')
    expect(spanOf('/orders/:id/read').links).toEqual([])
  })
})

it('a connect handler has a span, named after itself', async () => {
  const client = await open({ controllers: [OrderController, GreetingController] })
  await client.call('read', '/orders/42')
  const { attributes, kind } = spanOf('connect GreetingController.greet')
  expect(kind).toBe(SpanKind.SERVER)
  expect(attributes).toEqual({
    'code.function.name': 'GreetingController.greet',
    'network.protocol.name': 'websocket',
  })
})

it('a provider of one’s own gets the spans', async () => {
  const own = new InMemorySpanExporter()
  const tracerProvider = new NodeTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(own)],
  })
  const client = await open({ use: [openTelemetry({ tracerProvider })] })
  await client.call('read', '/orders/42')
  expect(own.getFinishedSpans().map(({ name }) => name)).toEqual(['/orders/:id/read'])
  expect(exporter.getFinishedSpans()).toEqual([])
  await tracerProvider.shutdown()
})

it('a provider that is none is refused', () => {
  const make = (): unknown => openTelemetry({ tracerProvider: {} as never })
  expect(make).toThrow(TypeError)
  expect(make).toThrow('openTelemetry: tracerProvider has no method getTracer')
})
