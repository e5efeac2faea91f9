import type { HttpAnswer } from './memory/memory-request.js'

/** What a client was told in place of a connection. */
export interface TestRefusal {
  /** The HTTP status, when the request was answered by one. */
  readonly status?: number
  /** The headers of that answer, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /** The close code, when the connection was accepted only to be closed. */
  readonly code?: number
  /** The text of the answer, or the reason of the close. */
  readonly reason: string
}

/** Rejects `connect` when the client was not let in: by `authorize`, `@OnConnect`, or a limit. */
export class TestConnectError extends Error implements TestRefusal {
  override readonly name = 'TestConnectError'
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly code?: number
  readonly reason: string

  /** @internal */
  constructor(refusal: TestRefusal) {
    super(explain(refusal))
    this.reason = refusal.reason
    if (refusal.status !== undefined) this.status = refusal.status
    if (refusal.headers !== undefined) this.headers = refusal.headers
    if (refusal.code !== undefined) this.code = refusal.code
  }

  /** @internal */
  static of(answer: HttpAnswer | undefined): TestConnectError {
    if (!answer) return new TestConnectError({ reason: 'Nobody listens: the app has been closed' })
    const { status, headers, body } = answer
    return new TestConnectError({ status, headers, reason: body.trimEnd() })
  }
}

function explain({ status, code, reason }: TestRefusal): string {
  if (status !== undefined) return `connect: the request was answered with ${status} ${reason}`
  if (code !== undefined) return `connect: the connection was closed with ${code} ${reason}`.trim()
  return `connect: ${reason}`
}
