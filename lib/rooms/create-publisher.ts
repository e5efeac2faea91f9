import { isPromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import { jsonCodec } from '../protocol/codec.js'
import type { WsParams, WsPush } from '../protocol/records.js'
import { RESERVED_PREFIX } from '../protocol/reserved-events.js'
import type { WsBroadcastTransport } from '../transports/broadcast-transport.js'
import { channelOf, EVERYONE_CHANNEL, USERS_CHANNEL } from './channels.js'
import { envelopeHead } from './envelope.js'
import { checkRoomName } from './room-name.js'

/** What {@link createPublisher} takes; everything has a default. */
export interface PublisherOptions {
  /** How many of the last ids are remembered. Default: 10,000. */
  readonly remember?: number
}

/** How one push is published. */
export interface PublishOptions {
  /** The `path` of the push. Default: the room; to a user, `/`. */
  readonly path?: string
  /** Default: none. */
  readonly params?: WsParams
  /** A push whose id has been accepted before is not published again. Default: none. */
  readonly id?: string
}

/** Pushes to the connections of all apps, from a process that has none. */
export interface WsPublisher {
  /**
   * Pushes to a room.
   *
   * @returns whether the transport took it; `false` says that nobody will get it. One that cannot
   * tell counts as having taken it
   * @throws WsError 400 for a bad room or a reserved event; rejects with what the transport throws,
   * and with a `TypeError` for data that JSON does not know
   */
  broadcast(room: string, event: string, data?: unknown, options?: PublishOptions): Promise<boolean>
  /** Pushes to every connection, in a room or not. */
  broadcastAll(
    path: string,
    event: string,
    data?: unknown,
    options?: PublishOptions,
  ): Promise<boolean>
  /** Pushes to all connections of a user, as `server.user(id).send` does. */
  sendToUser(
    user: string,
    event: string,
    data?: unknown,
    options?: PublishOptions,
  ): Promise<boolean>
}

/**
 * Makes a publisher for jobs and other services: what it pushes reaches the connections of every app
 * that uses the same broker. In a process with an app, use `app.rooms`: an app does not hear what its
 * own transport publishes.
 *
 * @throws TypeError when `remember` is no whole number from 0
 */
export function createPublisher(
  transport: WsBroadcastTransport,
  { remember = 10_000 }: PublisherOptions = {},
): WsPublisher {
  if (!(Number.isInteger(remember) && remember >= 0)) {
    throw new TypeError('createPublisher: remember is a whole number from 0')
  }
  const from = crypto.randomUUID()
  let published = 0
  const known = new Map<string, Promise<boolean>>()

  const publish = async ({ channel, user }: Target, push: WsPush, own?: string) => {
    if (push.event.startsWith(RESERVED_PREFIX)) {
      throw new WsError(400, `Events that start with "${RESERVED_PREFIX}" are reserved`)
    }
    // Every process that hears of it keeps it, where that is shared: by this they know that it is one.
    const id = own === undefined ? `${from} ${++published}` : `id ${own}`
    const head = envelopeHead({ from, isFrame: true, id, user })
    const result = transport.publish(channel, head + String(jsonCodec.encode(push)))
    const told = isPromise(result) ? await result : result
    return told?.accepted ?? true
  }

  /** Those who come with the same id while the first is under way share its outcome. */
  const once = async (id: string | undefined, work: () => Promise<boolean>): Promise<boolean> => {
    if (id === undefined || remember === 0) return work()
    const before = known.get(id)
    if (before) return before
    const outcome = work()
    known.set(id, outcome)
    if (known.size > remember) known.delete(known.keys().next().value as string)
    try {
      const accepted = await outcome
      // What was not taken may be tried again.
      if (!accepted) known.delete(id)
      return accepted
    } catch (error) {
      known.delete(id)
      throw error
    }
  }

  return {
    broadcast: async (room, event, data, { path = room, params, id } = {}) => {
      checkRoomName(room)
      const push = pushOf({ event, path, params, data })
      return once(id, () => publish({ channel: channelOf(room) }, push, id))
    },
    broadcastAll: async (path, event, data, { params, id } = {}) => {
      const push = pushOf({ event, path, params, data })
      return once(id, () => publish({ channel: EVERYONE_CHANNEL }, push, id))
    },
    sendToUser: async (user, event, data, { path = '/', params, id } = {}) => {
      const push = pushOf({ event, path, params, data })
      return once(id, () => publish({ channel: USERS_CHANNEL, user }, push, id))
    },
  }
}

/** Where a push goes. */
interface Target {
  readonly channel: string
  readonly user?: string
}

/** In the order of the wire, without what is not there. */
function pushOf({ event, path, params, data }: WsPush): WsPush {
  return { event, path, ...(params && { params }), data }
}
