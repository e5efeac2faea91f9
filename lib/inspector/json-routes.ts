import { isPromise, type MaybePromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import { answerJson, errorBody } from '../http/answer-json.js'
import { bearerCheck, type BearerCheck } from '../http/bearer-check.js'
import { readBody } from '../http/read-body.js'
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

/** Routes that answer with JSON, to whoever has the key. */
export class JsonRoutes {
  readonly #http: WsHttp
  readonly #path: string
  readonly #check: BearerCheck

  constructor(http: WsHttp, path: string, key: string) {
    this.#http = http
    this.#path = path
    this.#check = bearerCheck([key])
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
    return this.#check(request.getHeader('authorization'))
  }
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
  answerJson(response, 200, result)
}

async function answerLater(response: HttpResponse, result: PromiseLike<object>): Promise<void> {
  const state = { isAborted: false }
  response.onAborted(() => (state.isAborted = true))
  const body = await result
  // A response that was aborted throws when it is touched.
  if (!state.isAborted) answerJson(response, 200, body)
}

function refuse(response: HttpResponse, code: number, message: string): void {
  answerJson(response, code, errorBody(code, message))
}
