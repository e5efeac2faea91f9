import { createHash, timingSafeEqual } from 'node:crypto'
import { isPromise, type MaybePromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import { readBody } from '../publish/read-body.js'
import type { HttpHandler, WsHttp } from '../uws/http-routes.js'

type HttpResponse = Parameters<HttpHandler>[0]
type HttpRequest = Parameters<HttpHandler>[1]

/** What a route of the inspector gets. */
export interface JsonRequest {
  /** The first parameter of the path. */
  readonly id: string
  readonly query: URLSearchParams
  /** Empty for a GET. */
  readonly body: Readonly<Record<string, unknown>>
}

type JsonHandler = (request: JsonRequest) => MaybePromise<object>

const MAX_BODY = 64 * 1024

const STATUS: Readonly<Record<number, string>> = {
  400: '400 Bad Request',
  401: '401 Unauthorized',
  404: '404 Not Found',
  413: '413 Content Too Large',
}

/** Routes that answer with JSON, to whoever has the key. */
export class JsonRoutes {
  readonly #http: WsHttp
  readonly #path: string
  readonly #digest: Buffer

  constructor(http: WsHttp, path: string, key: string) {
    this.#http = http
    this.#path = path
    this.#digest = digest(`Bearer ${key}`)
  }

  get(pattern: string, handler: JsonHandler): this {
    this.#http.get(this.#path + pattern, (response, request) => {
      if (this.#isKnown(request)) {
        return answer(response, () => handler({ ...partsOf(request), body: {} }))
      }
      refuse(response, 401, 'The key is not right')
      return undefined
    })
    return this
  }

  post(pattern: string, handler: JsonHandler): this {
    this.#http.post(this.#path + pattern, async (response, request) => {
      if (!this.#isKnown(request)) {
        refuse(response, 401, 'The key is not right')
        return
      }
      const parts = partsOf(request)
      const body = await readBody(response, MAX_BODY, (listener) => response.onAborted(listener))
      if (body === 'aborted') return
      if (body === 'too large') refuse(response, 413, `A body has at most ${MAX_BODY} bytes`)
      else await answer(response, () => handler({ ...parts, body: parse(body) }))
    })
    return this
  }

  #isKnown(request: HttpRequest): boolean {
    return timingSafeEqual(this.#digest, digest(request.getHeader('authorization')))
  }
}

/** Digests are of one length, and tell nothing about how much of a key was right. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function partsOf(request: HttpRequest): Omit<JsonRequest, 'body'> {
  return { id: request.getParameter(0) ?? '', query: new URLSearchParams(request.getQuery()) }
}

function parse(bytes: Buffer): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(bytes.toString())
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
      return body as Record<string, unknown>
    }
  } catch {
    // Said below.
  }
  throw new WsError(400, 'The body is no JSON object')
}

function answer(response: HttpResponse, handle: () => MaybePromise<object>): MaybePromise<void> {
  let result: MaybePromise<object>
  try {
    result = handle()
  } catch (error) {
    if (!(error instanceof WsError)) throw error
    refuse(response, error.code, error.message)
    return
  }
  if (isPromise(result)) return answerLater(response, result)
  send(response, '200 OK', result)
}

async function answerLater(response: HttpResponse, result: PromiseLike<object>): Promise<void> {
  const state = { isAborted: false }
  response.onAborted(() => (state.isAborted = true))
  const body = await result
  // A response that was aborted throws when it is touched.
  if (!state.isAborted) send(response, '200 OK', body)
}

function refuse(response: HttpResponse, code: number, message: string): void {
  send(response, STATUS[code] ?? '500 Internal Server Error', { error: { code, message } })
}

function send(response: HttpResponse, status: string, body: object): void {
  response.cork(() => {
    response
      .writeStatus(status)
      .writeHeader('Content-Type', 'application/json')
      .writeHeader('Cache-Control', 'no-store')
      .end(JSON.stringify(body))
  })
}
