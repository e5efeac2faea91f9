import { guarded, isPromise, type MaybePromise } from '../async/maybe-promise.js'
import type { RoomAccess } from '../rooms/room-access.js'
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
  beforeJoin(connection: WsConnection, room: string): MaybePromise<RoomAccess | undefined> {
    return this.#join({ connection, room, access: undefined }, 0)
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

  #join(entry: Entry, from: number): MaybePromise<RoomAccess | undefined> {
    const hooks = this.#app.join
    for (let index = from; index < hooks.length; index++) {
      const hook = hooks[index] as RoomHook
      const context = this.#context('join', entry.connection, entry.room, hook)
      if (!context) continue
      const result = hook.run(context)
      if (isPromise(result)) {
        return Promise.resolve(result).then((value) => {
          grant(entry, value)
          return this.#join(entry, index + 1)
        })
      }
      grant(entry, result)
    }
    return entry.access
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

/** Who asks to enter, and what the hooks have granted so far. */
interface Entry {
  readonly connection: WsConnection
  readonly room: string
  access: RoomAccess | undefined
}

/** A hook that returns `'read'` lets in to read; one that says nothing lets in, unless another said so. */
function grant(entry: Entry, result: unknown): void {
  if (result === 'read') entry.access = 'read'
  else entry.access ??= 'write'
}
