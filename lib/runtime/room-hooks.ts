import { andThen, guarded, isPromise, type MaybePromise } from '../async/maybe-promise.js'
import type { AppHost } from './app-host.js'
import type { Failures } from './failures.js'
import type { CompiledApp, RoomHook } from './route.js'
import type { WsConnection } from './ws-connection.js'
import { NO_MESSAGE, WsContext } from './ws-context.js'

/** Runs `@OnJoin` and `@OnLeave`. */
export class RoomHooks {
  readonly #host: AppHost
  readonly #app: CompiledApp
  readonly #failures: Failures

  constructor(host: AppHost, app: CompiledApp, failures: Failures) {
    this.#host = host
    this.#app = app
    this.#failures = failures
  }

  /** One after the other; the first that throws refuses the entry. */
  beforeJoin(connection: WsConnection, room: string): MaybePromise<void> {
    return this.#join(connection, room, 0)
  }

  /** All of them, whatever one throws. */
  afterLeave(connection: WsConnection, room: string): MaybePromise<void> {
    const waits: Promise<void>[] = []
    for (const hook of this.#app.leave) {
      const context = this.#context('leave', connection, room, hook)
      if (!context) continue
      const done = guarded(
        () => hook.run(context),
        (error) => this.#failures.ofHook(context, error),
      )
      if (isPromise(done)) waits.push(Promise.resolve(done))
    }
    if (waits.length > 0) return Promise.all(waits).then(() => undefined)
  }

  #join(connection: WsConnection, room: string, from: number): MaybePromise<void> {
    const hooks = this.#app.join
    for (let index = from; index < hooks.length; index++) {
      const hook = hooks[index] as RoomHook
      const context = this.#context('join', connection, room, hook)
      if (!context) continue
      const result = hook.run(context)
      if (isPromise(result)) {
        return andThen(Promise.resolve(result), () => this.#join(connection, room, index + 1))
      }
    }
  }

  #context(
    kind: 'join' | 'leave',
    connection: WsConnection,
    room: string,
    hook: RoomHook,
  ): WsContext | undefined {
    const params = hook.match(room)
    if (!params) return undefined
    const parts = { ...NO_MESSAGE, path: room, params }
    return new WsContext(this.#host, kind, connection, hook, parts)
  }
}
