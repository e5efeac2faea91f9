import { WsError } from '../errors/ws-error.js'
import { answerJson, errorBody } from '../http/answer-json.js'
import { bearerCheck, type BearerCheck } from '../http/bearer-check.js'
import { readBody } from '../http/read-body.js'
import type { WsRoomManager } from '../rooms/ws-room-manager.js'
import type { WsConnection } from '../runtime/ws-connection.js'
import type { WsServer } from '../runtime/ws-server.js'
import type { HttpHandler, WsHttp } from '../uws/http-routes.js'
import { MemoryPublishLedger, type PublishLedger } from './publish-ledger.js'
import { readPublishRequest, type PublishRequest } from './publish-request.js'

/** Who may publish over HTTP, and how much. */
export interface PublishRouteOptions {
  /**
   * What has to be sent as `Authorization: Bearer …`, 16 characters at least; others get 401. Several,
   * so that one can take the place of another.
   */
  readonly key: string | readonly string[]
  /** Default: `/publish`. */
  readonly path?: string
  /** Bytes of a body. Default: 65,536. Past it: 413. */
  readonly maxSize?: number
  /** Where keys of idempotency are remembered. Default: the last 10,000, in this process. */
  readonly ledger?: PublishLedger
}

/** What is used of an app. */
export interface PublishingApp {
  readonly http: WsHttp
  readonly rooms: WsRoomManager<WsConnection>
  readonly server: WsServer
}

type HttpResponse = Parameters<HttpHandler>[0]
type HttpRequest = Parameters<HttpHandler>[1]

const MIN_KEY = 16
const DEFAULT_SIZE = 64 * 1024

/**
 * Adds a route that pushes what is sent to it by POST as JSON: `{ room, event, data }`. To be called
 * before `listen`.
 *
 * @throws TypeError when an option is not what it may be
 */
export function publishRoute(app: PublishingApp, options: PublishRouteOptions): void {
  const { key, path = '/publish', maxSize = DEFAULT_SIZE, ledger } = options
  const keys = (typeof key === 'string' ? [key] : key) as unknown
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isKey)) {
    throw new TypeError(`publishRoute: key has to be a text of ${MIN_KEY} characters at least`)
  }
  if (!(Number.isInteger(maxSize) && maxSize >= 1)) {
    throw new TypeError('publishRoute: maxSize has to be a whole number from 1')
  }
  const route = new PublishRoute(app, {
    isKnown: bearerCheck(keys as string[]),
    maxSize,
    ledger: ledger ?? new MemoryPublishLedger(),
  })
  app.http.post(path, (response, request) => route.handle(response, request))
  app.http.any(path, (response) => {
    response.writeStatus('405 Method Not Allowed').writeHeader('Allow', 'POST').end()
  })
}

function isKey(key: unknown): boolean {
  return typeof key === 'string' && key.length >= MIN_KEY
}

interface RouteParts {
  readonly isKnown: BearerCheck
  readonly maxSize: number
  readonly ledger: PublishLedger
}

/** What a request is answered by. */
interface Answer {
  readonly status: number
  readonly body: object
}

class PublishRoute {
  readonly #app: PublishingApp
  readonly #parts: RouteParts

  constructor(app: PublishingApp, parts: RouteParts) {
    this.#app = app
    this.#parts = parts
  }

  async handle(response: HttpResponse, request: HttpRequest): Promise<void> {
    // Read at once: after an await there is no request any more.
    const authorization = request.getHeader('authorization')
    const type = request.getHeader('content-type')
    const key = request.getHeader('idempotency-key')
    const length = Number(request.getHeader('content-length'))
    const state = { isAborted: false }
    const listeners: (() => void)[] = []
    response.onAborted(() => {
      state.isAborted = true
      for (const listener of listeners) listener()
    })
    const refused = this.#refuse({ authorization, type, length })
    if (refused) {
      send(response, refused)
      return
    }
    const { maxSize } = this.#parts
    const body = await readBody(response, maxSize, (listener) => listeners.push(listener))
    if (body === 'aborted') return
    const answer = body === 'too large' ? tooLarge(maxSize) : await this.#answer(body, key)
    if (!state.isAborted) send(response, answer)
  }

  /** What can be refused before there is a body. */
  #refuse(head: { authorization: string; type: string; length: number }): Answer | undefined {
    if (!this.#parts.isKnown(head.authorization)) return refusal(401, 'the key is not right')
    if (!/^application\/json\b/i.test(head.type)) {
      return refusal(415, 'Content-Type has to be application/json')
    }
    const { maxSize } = this.#parts
    return head.length > maxSize ? tooLarge(maxSize) : undefined
  }

  async #answer(body: Buffer, header: string): Promise<Answer> {
    try {
      if (!process.getBuiltinModule('node:buffer').isUtf8(body))
        return refusal(400, 'the body is no UTF-8')
      const request = readPublishRequest(body.toString(), header)
      return await this.#publishOnce(request)
    } catch (error) {
      if (error instanceof WsError && error.code === 400) return refusal(400, error.message)
      throw error
    }
  }

  async #publishOnce(request: PublishRequest): Promise<Answer> {
    const { idempotencyKey: key } = request
    if (key === undefined) {
      this.#publish(request)
      return published(false)
    }
    const { ledger } = this.#parts
    const fingerprint = fingerprintOf(request)
    const before = await ledger.claim(key, fingerprint)
    if (before !== undefined) {
      return before === fingerprint
        ? published(true)
        : refusal(409, 'this key has been used for something else')
    }
    try {
      this.#publish(request)
    } catch (error) {
      await ledger.release(key)
      throw error
    }
    return published(false)
  }

  #publish({ room, event, path, data, params }: PublishRequest): void {
    const { rooms, server } = this.#app
    if (room === undefined) server.broadcast(event, path, data)
    else rooms.broadcast(room, event, path, data, params)
  }
}

function fingerprintOf({ room, event, path, data, params }: PublishRequest): string {
  const text = JSON.stringify([room, event, path, data, params])
  return process
    .getBuiltinModule('node:crypto')
    .createHash('sha256')
    .update(text)
    .digest('base64url')
}

function published(isReplayed: boolean): Answer {
  return { status: 200, body: { published: true, replayed: isReplayed } }
}

function refusal(code: number, message: string): Answer {
  return { status: code, body: errorBody(code, message) }
}

function tooLarge(maxSize: number): Answer {
  return refusal(413, `a body has at most ${maxSize} bytes`)
}

function send(response: HttpResponse, { status, body }: Answer): void {
  answerJson(response, status, body)
}
