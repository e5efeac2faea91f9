import type { HttpRequest, HttpResponse, us_socket_context_t } from 'uWebSockets.js'
import type { Clock, ClockTimer } from '../async/clock.js'
import { isPromise } from '../async/maybe-promise.js'
import { isServerFault, WsError } from '../errors/ws-error.js'
import type { WsLogger } from '../logging/logger.js'
import { chooseSubprotocol } from '../protocol/subprotocol.js'
import type { Credentials } from '../runtime/credentials.js'
import type { ConnectionIdentity, LiveConnection } from '../runtime/live-connection.js'
import type { Revocation, Revocations } from '../runtime/revocations.js'
import { readSession, type SessionFacts, type UserIdOf } from '../runtime/session.js'
import type { UpgradeRequest } from '../runtime/upgrade-request.js'
import { increment, type WsCounters } from '../runtime/ws-counters.js'
import type { WsEvents } from '../runtime/ws-events.js'
import type { Aside } from './aside.js'
import type { OriginCheck } from './check-origin.js'
import { checkHandshake, type HttpRefusal } from './check-upgrade.js'
import type { IpCounts } from './ip-counts.js'
import { NativeRequest } from './native-request.js'
import {
  closeQuietly,
  sendRefusal,
  toCloseRefusal,
  toHttpRefusal,
  type CloseRefusal,
} from './refusal.js'
import type { AddressReader } from './remote-address.js'

/** What decides about an upgrade. */
export interface UpgradePolicy {
  readonly authorize: ((request: UpgradeRequest) => unknown) | undefined
  readonly userIdOf: UserIdOf | undefined
  /** Whether a client that `authorize` does not know may send a token. */
  readonly awaitToken: boolean
  readonly refuse: 'close' | 'http'
  readonly checkOrigin: OriginCheck
  /** The parameters of the path, or `undefined` when it accepts no WebSockets, or not this one. */
  readonly matchPath: (
    path: string,
    request: NativeRequest,
  ) => Readonly<Record<string, string>> | undefined
  readonly readAddress: AddressReader
  readonly ips: IpCounts
  readonly revocations: Revocations
  /** What late upgrades are finished beside; absent where sockets are not uWebSockets.js's. */
  readonly aside?: Aside | undefined
  /** Milliseconds. */
  readonly authorizeTimeout: number
  /** Those that a client may choose; all of them have the `$` events. */
  readonly subprotocols: readonly string[]
  readonly clock: Clock
  readonly logger: WsLogger
  readonly counters: WsCounters
  readonly events: WsEvents
}

/** What a socket is opened with: who it is, or why it is closed at once. */
export type Admission = { readonly remoteAddress: string } & (
  | {
      readonly identity: ConnectionIdentity
      /** What was taken away while `authorize` thought about it. */
      readonly revoked?: readonly Revocation[] | undefined
      readonly refusal?: never
    }
  | { readonly refusal: CloseRefusal; readonly identity?: never; readonly revoked?: never }
)

/** The one key of a socket's user data, since that is the socket object itself. */
export interface SocketData {
  /** Its connection, once it is open and not refused. */
  enfilade: Admission | LiveConnection
}

/** W3C Trace Context: 55 characters in version 00, and later ones may add some. */
const MAX_TRACEPARENT = 128

/** Takes upgrade requests to an answer. */
export class Upgrader {
  readonly #policy: UpgradePolicy
  readonly #waiting = new Set<Attempt>()
  #isClosed = false

  constructor(policy: UpgradePolicy) {
    this.#policy = policy
  }

  /** An upgrade request arrived. Never throws. */
  upgrade(response: HttpResponse, request: HttpRequest, context: us_socket_context_t): void {
    const { matchPath, readAddress, logger } = this.#policy
    try {
      const copy = new NativeRequest(response, request, readAddress)
      const params = matchPath(copy.path, copy)
      if (!params) {
        request.setYield(true)
        return
      }
      copy.params = params
      this.#decide(new Attempt(this.#policy, response, context, copy), copy)
    } catch (error) {
      logger.error({ err: error }, 'an upgrade failed')
      closeQuietly(response)
    }
  }

  /** A request arrived that no other route answers. Never throws. */
  answer(response: HttpResponse, request: HttpRequest): void {
    const { matchPath, readAddress, logger } = this.#policy
    try {
      const copy = new NativeRequest(response, request, readAddress)
      const isMeant = copy.header('upgrade') !== '' && matchPath(copy.path, copy) !== undefined
      const fault = isMeant ? checkHandshake(copy) : undefined
      sendRefusal(response, fault ?? { status: 404, reason: 'Not Found' }, copy.method)
    } catch (error) {
      logger.error({ err: error }, 'a request failed')
      closeQuietly(response)
    }
  }

  /** Refuses all requests that wait, and those to come. */
  close(): void {
    this.#isClosed = true
    for (const attempt of this.#waiting) attempt.refuse(new WsError(503, 'The server shuts down'))
  }

  #decide(attempt: Attempt, request: NativeRequest): void {
    const fault = this.#check(request)
    if (fault) {
      attempt.refuseByHttp(fault)
      return
    }
    if (!this.#policy.ips.take(request.remoteAddress)) {
      attempt.refuseByHttp({ status: 429, reason: 'Too many connections from this address' })
      return
    }
    attempt.ownsSlot = true
    const { authorize } = this.#policy
    let session: unknown
    let isPending: boolean
    try {
      session = authorize ? authorize(request) : {}
      isPending = isPromise(session)
    } catch (error) {
      attempt.refuse(error)
      return
    }
    if (isPending) this.#wait(attempt, session)
    else attempt.accept(session)
  }

  #check(request: NativeRequest): HttpRefusal | undefined {
    if (this.#isClosed) return { status: 503, reason: 'The server shuts down' }
    const fault = checkHandshake(request)
    if (fault) return fault
    const { checkOrigin, logger } = this.#policy
    if (checkOrigin(request.origin, request.header('host'))) return undefined
    logger.warn(
      { origin: request.origin, host: request.header('host') },
      'refused an Origin; add it to the option origins if it is yours',
    )
    return { status: 403, reason: 'This Origin is not allowed' }
  }

  #wait(attempt: Attempt, session: unknown): void {
    attempt.startWaiting(this.#policy.authorizeTimeout, this.#waiting)
    void Promise.allSettled([session, this.#policy.aside?.open()]).then(([outcome]) => {
      if (outcome.status === 'fulfilled') attempt.accept(outcome.value)
      else attempt.refuse(outcome.reason)
    })
  }
}

/** One upgrade, until it has been answered; answers after the first are ignored. */
class Attempt {
  /** Whether it holds a place in the count of its address. */
  ownsSlot = false
  readonly #policy: UpgradePolicy
  readonly #response: HttpResponse
  readonly #context: us_socket_context_t
  readonly #request: NativeRequest
  #isAnswered = false
  #timer: ClockTimer | undefined
  #waiting: Set<Attempt> | undefined
  #revoked: readonly Revocation[] | undefined

  constructor(
    policy: UpgradePolicy,
    response: HttpResponse,
    context: us_socket_context_t,
    request: NativeRequest,
  ) {
    this.#policy = policy
    this.#response = response
    this.#context = context
    this.#request = request
  }

  /**
   * uWebSockets.js ends the process when a request is left open without `onAborted`.
   *
   * @param waiting has this attempt in it until it is over, even when `authorize` never is
   */
  startWaiting(milliseconds: number, waiting: Set<Attempt>): void {
    this.#waiting = waiting.add(this)
    this.#revoked = this.#policy.revocations.watch()
    this.#response.onAborted(() => {
      this.#finish()
      this.#giveSlot()
    })
    this.#timer = this.#policy.clock.setTimeout(() => {
      this.refuse(new WsError(408, 'authorize took too long'))
    }, milliseconds)
  }

  accept(session: unknown): void {
    const { userIdOf, authorize, clock } = this.#policy
    let facts: SessionFacts
    try {
      facts = readSession(session, userIdOf, clock.date())
    } catch (error) {
      this.refuse(error)
      return
    }
    this.#open({ ...facts, credentials: authorize && this.#credentials() })
  }

  /** Lets somebody in whose session is still to come, by a token. */
  #hold(): void {
    this.#open({ session: undefined, credentials: { ...this.#credentials(), held: true } })
  }

  #credentials(): Credentials {
    const rest = { token: undefined, refreshing: undefined, held: undefined, isExpiryTold: false }
    return { request: this.#request, ...rest }
  }

  #open(facts: Pick<ConnectionIdentity, 'session' | 'credentials'>): void {
    const { remoteAddress, path } = this.#request
    const subprotocol = this.#subprotocol()
    const traceparent = this.#traceparent()
    const identity = { ...facts, remoteAddress, subprotocol, traceparent, path }
    this.#upgrade({ remoteAddress, identity, revoked: this.#revoked })
  }

  /** Refuses because of what `authorize` threw. */
  refuse(error: unknown): void {
    if (this.#isAnswered) return
    const { awaitToken } = this.#policy
    const isUnknown = error instanceof WsError && error.code === 401
    if (awaitToken && isUnknown && this.#subprotocol() !== '') {
      this.#hold()
      return
    }
    if (!(error instanceof WsError) || isServerFault(error.code)) {
      this.#policy.logger.error({ err: error }, 'authorize failed')
    }
    if (this.#policy.refuse === 'http') {
      this.refuseByHttp(toHttpRefusal(error))
      return
    }
    const refusal = toCloseRefusal(error)
    this.#tellRefused(refusal.code, refusal.reason)
    this.#upgrade({ refusal, remoteAddress: this.#request.remoteAddress })
  }

  refuseByHttp(refusal: HttpRefusal): void {
    if (!this.#finish()) return
    this.#tellRefused(refusal.status, refusal.reason)
    this.#giveSlot()
    sendRefusal(this.#response, refusal, this.#request.method)
  }

  #upgrade(admission: Admission): void {
    if (!this.#finish()) return
    const request = this.#request
    const data: SocketData = { enfilade: admission }
    const upgrade = (): void => {
      this.#response.cork(() => {
        this.#response.upgrade(
          data,
          request.header('sec-websocket-key'),
          this.#subprotocol(),
          request.header('sec-websocket-extensions'),
          this.#context,
        )
      })
    }
    const { aside } = this.#policy
    if (this.#waiting && aside) aside.run(upgrade)
    else upgrade()
  }

  /** Kept as long as the connection: what is longer than any trace would only take memory. */
  #traceparent(): string | undefined {
    const { traceparent } = this.#request.headers
    return traceparent !== undefined && traceparent.length <= MAX_TRACEPARENT
      ? traceparent
      : undefined
  }

  #tellRefused(code: number, reason: string): void {
    const { counters, events } = this.#policy
    increment(counters.refused, code)
    const { path, remoteAddress } = this.#request
    events.emit('refuse', { code, reason, path, remoteAddress })
  }

  #subprotocol(): string {
    const offered = this.#request.header('sec-websocket-protocol')
    return chooseSubprotocol(offered, this.#policy.subprotocols)
  }

  /** @returns whether this is the first answer */
  #finish(): boolean {
    if (this.#isAnswered) return false
    this.#isAnswered = true
    this.#policy.clock.clearTimeout(this.#timer)
    this.#waiting?.delete(this)
    this.#policy.revocations.unwatch(this.#revoked)
    return true
  }

  #giveSlot(): void {
    if (!this.ownsSlot) return
    this.ownsSlot = false
    this.#policy.ips.give(this.#request.remoteAddress)
  }
}
