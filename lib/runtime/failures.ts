import { isServerFault, WsError } from '../errors/ws-error.js'
import type { WsErrorBody } from '../protocol/records.js'
import { RESERVED_PUSH } from '../protocol/reserved-events.js'
import type { AppHost } from './app-host.js'
import { clip } from './clip.js'
import type { LiveConnection } from './live-connection.js'
import type { WsConnection } from './ws-connection.js'
import { increment } from './ws-counters.js'
import type { WsContext } from './ws-context.js'

/** What a client may know of something thrown: a `WsError` as it is, of anything else nothing. */
export function toErrorBody(error: unknown): WsErrorBody {
  if (!(error instanceof WsError)) return { code: 500, message: 'Internal Error' }
  const { code, message, details } = error
  return details === undefined ? { code, message } : { code, message, details }
}

/** What is known of the message that failed. */
export interface FailedMessage {
  readonly event?: string | undefined
  readonly path?: string | undefined
  readonly id?: string | number | undefined
  readonly handler?: string | undefined
  readonly pattern?: string | undefined
}

/** Tells everyone who should know of a failure: the client, the log, the counters, the listeners. */
export class Failures {
  readonly #host: AppHost

  constructor(host: AppHost) {
    this.#host = host
  }

  /**
   * A message failed: an error reply when it had an id, else `$error` to those who read it. Never
   * throws.
   */
  ofMessage(connection: LiveConnection, failed: FailedMessage, error: unknown): void {
    const body = toErrorBody(error)
    this.#record(connection, failed, body, error)
    const { id, event = '', path = '' } = failed
    if (id !== undefined) {
      this.#tell(connection, id, body)
    } else if (connection.speaksV1) {
      const { code, message } = body
      this.push(connection, RESERVED_PUSH.ERROR, path, { code, message, event, path })
    }
  }

  /** A hook failed that has nobody to answer to. Never throws. */
  ofHook(context: WsContext, error: unknown): void {
    const { handler, path, connection } = context
    this.#record(connection, { handler, path }, toErrorBody(error), error)
  }

  /** Pushes a `$` event. Never throws. */
  push(connection: LiveConnection, event: string, path: string, data: unknown): void {
    const { counters } = this.#host
    const { codec } = connection.encoding
    this.#orLog(`${event} cannot be encoded`, () => {
      if (connection.write(codec.encode({ event, path, data }))) counters.pushes++
    })
  }

  #tell(connection: LiveConnection, id: string | number, body: WsErrorBody): void {
    const { code, message, details } = body
    const isTold = this.#orLog(
      details === undefined
        ? 'an error reply cannot be encoded'
        : 'the details of an error cannot be encoded',
      () => connection.replyError(id, code, message, details),
    )
    // The client should still get its one reply.
    if (isTold || details === undefined) return
    this.#orLog('an error reply cannot be encoded', () => connection.replyError(id, code, message))
  }

  /** A codec that fails has been told of already: whoever reports must not fail too. */
  #orLog(text: string, write: () => void): boolean {
    try {
      write()
      return true
    } catch (error) {
      this.#host.logger.error({ err: error }, text)
      return false
    }
  }

  #record(
    connection: WsConnection,
    { handler, pattern, event, path, id }: FailedMessage,
    { code, message }: WsErrorBody,
    error: unknown,
  ): void {
    const { counters, logger, events } = this.#host
    increment(counters.errors, code)
    const quoted = { event: event && clip(event), path: path && clip(path) }
    const fields = { connection: connection.id, handler, ...quoted, code }
    if (!(error instanceof WsError)) logger.error({ ...fields, err: error }, 'a handler failed')
    else if (isServerFault(code)) logger.error({ ...fields, err: error }, message)
    // Whoever sends too much would fill the log, too: what is refused is counted.
    else if (id === undefined && code !== 429) {
      const subject =
        handler !== undefined && event === undefined ? 'a hook' : 'a message without id'
      logger.warn(fields, `${subject} failed: ${message}`)
    }
    events.emit('error', {
      code,
      message,
      connection,
      ...(handler !== undefined && { handler }),
      ...(pattern !== undefined && { pattern }),
      ...(event !== undefined && { event }),
      ...(path !== undefined && { path }),
      cause: error,
    })
  }
}
