import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js'
import { isPromise } from '../async/maybe-promise.js'
import type { WsLogger } from '../logging/logger.js'

/**
 * Answers an HTTP request with uWebSockets.js's own objects. A throw or rejection is logged and
 * answered by 500. After the first `await` the request cannot be read any more, and writes belong
 * into `response.cork`.
 */
export type HttpHandler = (response: HttpResponse, request: HttpRequest) => void | Promise<void>

type Method = 'get' | 'post' | 'put' | 'patch' | 'del' | 'head' | 'options' | 'any'

/**
 * HTTP routes beside the WebSockets: a health check, a page. Patterns are uWebSockets.js's:
 * `/health`, `/users/:id`, `/assets/*`. A WebSocket may be opened on the same path.
 */
export class WsHttp {
  readonly #native: TemplatedApp
  readonly #logger: WsLogger

  constructor(native: TemplatedApp, logger: WsLogger) {
    this.#native = native
    this.#logger = logger
  }

  get(pattern: string, handler: HttpHandler): this {
    return this.#add('get', pattern, handler)
  }

  post(pattern: string, handler: HttpHandler): this {
    return this.#add('post', pattern, handler)
  }

  put(pattern: string, handler: HttpHandler): this {
    return this.#add('put', pattern, handler)
  }

  patch(pattern: string, handler: HttpHandler): this {
    return this.#add('patch', pattern, handler)
  }

  /** DELETE. */
  del(pattern: string, handler: HttpHandler): this {
    return this.#add('del', pattern, handler)
  }

  head(pattern: string, handler: HttpHandler): this {
    return this.#add('head', pattern, handler)
  }

  options(pattern: string, handler: HttpHandler): this {
    return this.#add('options', pattern, handler)
  }

  /** Any method. */
  any(pattern: string, handler: HttpHandler): this {
    return this.#add('any', pattern, handler)
  }

  #add(method: Method, pattern: string, handler: HttpHandler): this {
    if (!pattern.startsWith('/')) {
      throw new TypeError(`http.${method}: the pattern "${pattern}" does not start with "/"`)
    }
    if (typeof handler !== 'function') {
      throw new TypeError(`http.${method}('${pattern}'): the handler is no function`)
    }
    this.#native[method](pattern, (response, request) => {
      if (request.getHeader('upgrade').toLowerCase() === 'websocket') request.setYield(true)
      else this.#run(handler, response, request)
    })
    return this
  }

  #run(handler: HttpHandler, response: HttpResponse, request: HttpRequest): void {
    const state = { isAborted: false }
    response.onAborted(() => (state.isAborted = true))
    const fail = (error: unknown): void => {
      this.#logger.error({ err: error }, 'an HTTP handler failed')
      if (!state.isAborted) endWith500(response)
    }
    try {
      const result: unknown = handler(response, request)
      if (isPromise(result)) void result.then(undefined, fail)
    } catch (error) {
      fail(error)
    }
  }
}

function endWith500(response: HttpResponse): void {
  try {
    response.cork(() => {
      response.writeStatus('500 Internal Server Error').end('Internal Error\n', true)
    })
  } catch {
    // The handler answered before it failed, and a response that has ended throws when touched.
  }
}
