import { isPromise, orElse, type MaybePromise } from '../../async/maybe-promise.js'
import { WsError } from '../../errors/ws-error.js'
import { CLOSE_CODES } from '../../protocol/close-codes.js'
import {
  isFrameOf,
  MAX_CARRIED,
  type ClosedFrame,
} from '../../protocol/documents/carried-frames.js'
import type { WsMessage } from '../../protocol/records.js'
import type { DocumentSocketTraffic, DocumentTraffic } from '../../runtime/document-traffic.js'
import type { LiveConnection } from '../../runtime/live-connection.js'
import type { SocketConnection } from '../../runtime/socket-connection.js'
import type { WsConnection } from '../../runtime/ws-connection.js'
import { NO_MESSAGE, WsContext } from '../../runtime/ws-context.js'
import type { DocumentHandle } from '../document-handle.js'
import type { DocumentRoom } from '../document-room.js'
import type { DocumentTimers } from '../document-timers.js'
import { LocalPlace, RoomHandle } from '../room-handle.js'
import { RoomHost } from '../room-host.js'
import type { Access } from '../room-options.js'
import { AppOwning } from './app-owning.js'
import { DocumentAttachment } from './document-attachment.js'
import type { DocumentDefinition } from './document-definition.js'
import { DocumentFrames } from './document-frames.js'
import type { DocumentAppParts } from './document-kit.js'
import { planRoom } from './room-plan.js'
import { socketRoutesOf } from './socket-routes.js'

/** How many documents one connection may have open. */
const MAX_DOCUMENTS = 32

/** The largest frame of a document, and what the message around it takes, in bytes. */
const MAX_FRAME = 60 * 1024
const ENVELOPE = 4 * 1024
const SMALLEST_FRAME = 256

const ACCESS: ReadonlySet<unknown> = new Set<Access>(['none', 'read', 'write'])

/** The documents of an app, over the connections of the app. */
export class AppDocuments implements DocumentTraffic {
  readonly #parts: DocumentAppParts
  readonly #hosts = new Map<DocumentDefinition, RoomHost>()
  readonly #attachments = new Map<WsConnection, Map<string, DocumentAttachment>>()
  readonly sockets: DocumentSocketTraffic | undefined
  readonly #owning: AppOwning
  /** By path, while anybody is there. */
  readonly #frames = new Map<string, { readonly frames: DocumentFrames; users: number }>()

  constructor(parts: DocumentAppParts) {
    this.#parts = parts
    const { host, documents } = parts
    const { counters, events, clock, limits } = host
    this.sockets = this.#createSockets()
    const timers: DocumentTimers = {
      set: (run, milliseconds) => clock.setTimeout(run, milliseconds).unref(),
      clear: (timer) => clock.clearTimeout(timer as ReturnType<typeof clock.setTimeout>),
    }
    const maxFrame = Math.max(SMALLEST_FRAME, Math.min(MAX_FRAME, limits.maxPayload - ENVELOPE))
    this.#owning = new AppOwning({ parts, timers, roomsOf: (path) => this.#roomsOf(path) })
    for (const definition of documents.all) {
      const { idleTimeout } = definition.settings
      const owned = this.#owning.of(definition)
      const rooms = new RoomHost({
        room: (path) => {
          const plan = { parts, definition, path, timers, maxFrame }
          if (!owned) return planRoom(plan)
          return owned.take(path).then((tenure) => planRoom({ ...plan, tenure }))
        },
        ...(owned && {
          elsewhere: (path: string, error: unknown) => owned.elsewhere(path, error),
          onGone: (path: string) => owned.gone(path),
        }),
        timers,
        ...(idleTimeout !== undefined && { idleTimeout }),
        onOpen: (path) => {
          counters.documents++
          events.emit('document', { path, kind: 'opened' })
        },
        onClose: (path) => {
          counters.documents--
          events.emit('document', { path, kind: 'closed' })
        },
      })
      this.#hosts.set(definition, rooms)
    }
    // Also when its client comes back with another socket: it opens its documents again then.
    events.on('disconnect', ({ connection }) => this.#disconnected(connection))
  }

  take(connection: LiveConnection, { path, data }: WsMessage): void {
    const frames: readonly unknown[] = Array.isArray(data) ? data : [data]
    if (frames.length > MAX_CARRIED) {
      throw new WsError(400, `$document carries ${MAX_CARRIED} frames at most`)
    }
    for (const frame of frames) {
      if (typeof frame !== 'string' && (typeof frame !== 'object' || frame === null)) {
        throw new WsError(400, '$document carries frames: objects, or texts of them')
      }
      if (isFrameOf('leave', frame)) this.#attachments.get(connection)?.get(path)?.leave()
      else this.#attachmentFor(connection, path, frame).receive(frame)
    }
  }

  async askAgain(connection: LiveConnection): Promise<void> {
    const open = [...(this.#attachments.get(connection)?.values() ?? [])]
    await Promise.all(
      open.map(async (attachment) => {
        const turn = ++attachment.asked
        try {
          const access = await this.#ask(attachment)
          if (attachment.asked === turn) attachment.setAccess(access)
        } catch (error) {
          if (attachment.asked === turn) attachment.refuse(error)
        }
      }),
    )
  }

  async open(path: string): Promise<DocumentHandle> {
    const { rooms, definition } = this.#find(path)
    const owned = this.#owning.of(definition)
    if (!owned) {
      await rooms.open(path)
      const place = new LocalPlace(path, rooms)
      return new RoomHandle(path, () => place)
    }
    await owned.place(path, rooms).find()
    return new RoomHandle(path, () => owned.place(path, rooms))
  }

  async openHere(path: string): Promise<DocumentRoom> {
    return this.#find(path).rooms.open(path)
  }

  get(path: string): DocumentRoom | undefined {
    return this.#roomsOf(path)?.get(path)
  }

  async closeAll(): Promise<void> {
    this.#owning.stop()
    const closed = await Promise.allSettled(
      [...this.#hosts.values()].map((rooms) => rooms.closeAll(CLOSE_CODES.RESTART)),
    )
    await this.#owning.close()
    const reasons = closed.flatMap((one) =>
      one.status === 'rejected' ? ((one.reason as AggregateError).errors as unknown[]) : [],
    )
    if (reasons.length === 0) return
    throw new AggregateError(reasons, `${reasons.length} documents could not be saved`)
  }

  #roomsOf(path: string): RoomHost | undefined {
    const match = this.#parts.documents.match(path)
    return match && this.#hosts.get(match.route)
  }

  #find(path: string): {
    definition: DocumentDefinition
    params: Record<string, string>
    rooms: RoomHost
  } {
    const match = this.#parts.documents.match(path)
    const rooms = match && this.#hosts.get(match.route)
    if (!rooms) throw new WsError(404, `There is no document "${path.slice(0, 100)}"`)
    const { params } = match
    if (!params) throw new WsError(400, 'path is no valid percent-encoding')
    return { definition: match.route, params, rooms }
  }

  #attachmentFor(
    connection: LiveConnection,
    path: string,
    frame: object | string,
  ): DocumentAttachment {
    const open = this.#attachments.get(connection) ?? new Map<string, DocumentAttachment>()
    const present = open.get(path)
    if (present) return present
    // What was on its way when the session ended is no new one.
    if (!isFrameOf('connect', frame)) throw new WsError(409, 'A client connects first')
    const { definition, params } = this.#find(path)
    if (definition.settings.engines.carrier !== 'messages') {
      throw new WsError(400, 'This document has sockets of its own: connect to its path')
    }
    if (open.size >= MAX_DOCUMENTS) {
      throw new WsError(400, `A connection has ${MAX_DOCUMENTS} documents at most`)
    }
    return this.#enter(this.#attach(connection, path, { definition, params }))
  }

  /** Goes into the document, which is opened if it has to be. */
  #enter(attachment: DocumentAttachment): DocumentAttachment {
    const { connection, path, definition } = attachment
    const open = this.#attachments.get(connection) ?? new Map<string, DocumentAttachment>()
    this.#attachments.set(connection, open.set(path, attachment))
    this.#parts.host.counters.documentSessions++
    const { id, userId } = connection
    const rooms = this.#hosts.get(definition) as RoomHost
    attachment.begin((socket) =>
      rooms.connect(path, {
        ...{ socket, sessionId: id, meta: connection },
        ...(userId !== undefined && { user: userId }),
        access: this.#firstAccess(attachment),
      }),
    )
    return attachment
  }

  #attach(
    connection: LiveConnection,
    path: string,
    { definition, params }: { definition: DocumentDefinition; params: Record<string, string> },
  ): DocumentAttachment {
    const { host } = this.#parts
    const shared = this.#frames.get(path) ?? { frames: new DocumentFrames(path), users: 0 }
    this.#frames.set(path, shared)
    shared.users++
    const write = (frame: string | Uint8Array): void => {
      const { codec } = connection.encoding
      if (connection.write(shared.frames.encode(String(frame), codec))) host.counters.pushes++
    }
    return new DocumentAttachment({
      ...{ connection, path, params, definition, write },
      highWaterMark: host.limits.backpressure.limit / 4,
      tellClosed: (code, reason) =>
        write(JSON.stringify({ type: 'closed', code, reason } satisfies ClosedFrame)),
      onEnd: (attachment) => this.#ended(attachment),
    })
  }

  #createSockets(): DocumentSocketTraffic | undefined {
    const { documents } = this.#parts
    const routes = socketRoutesOf(documents.all)
    if (routes.length === 0) return undefined
    return {
      routes,
      match: (path) => {
        const match = documents.match(path)
        return match?.route.settings.engines.carrier === 'socket' ? match.params : undefined
      },
      enter: (connection) => void this.#enter(this.#attachOwn(connection)),
      receive: (connection, frame) =>
        this.#attachments.get(connection)?.get(connection.path)?.receive(frame),
    }
  }

  /** The frames of its connection are the document's; with the session the connection is over. */
  #attachOwn(connection: SocketConnection): DocumentAttachment {
    const { host } = this.#parts
    const { path } = connection
    const { definition, params } = this.#find(path)
    return new DocumentAttachment({
      ...{ connection, path, params, definition, isRaw: true },
      write: (frame) => {
        connection.sendFrame(frame)
        host.counters.pushes++
      },
      highWaterMark: host.limits.backpressure.limit / 2,
      tellClosed: (code, reason) => connection.closeSoon(code, reason),
      onEnd: (attachment) => this.#ended(attachment),
    })
  }

  #ended({ connection, path }: DocumentAttachment): void {
    const open = this.#attachments.get(connection)
    open?.delete(path)
    if (open?.size === 0) this.#attachments.delete(connection)
    const shared = this.#frames.get(path)
    if (shared && --shared.users === 0) this.#frames.delete(path)
    this.#parts.host.counters.documentSessions--
  }

  #disconnected(connection: WsConnection): void {
    for (const attachment of [...(this.#attachments.get(connection)?.values() ?? [])]) {
      attachment.leave()
    }
  }

  /** Never throws: what is refused is a promise that rejects, for the room to tell why. */
  #firstAccess(attachment: DocumentAttachment): MaybePromise<Access> {
    return orElse(
      () => this.#ask(attachment),
      async (error) => {
        await Promise.resolve()
        throw error
      },
    )
  }

  /** @throws what `@Access()` or middleware throws, when it does so at once */
  #ask({ definition, connection, path, params }: DocumentAttachment): MaybePromise<Access> {
    const { host, failures } = this.#parts
    const parts = { ...NO_MESSAGE, path, params, rawParams: params }
    const context = new WsContext(host, 'document', connection, definition.access, parts)
    const failed = (error: unknown): never => {
      failures.ofHook(context, error)
      throw error
    }
    try {
      const answer = definition.access.run(context)
      if (!isPromise(answer)) return accessOf(answer)
      return this.#inTime(Promise.resolve(answer)).then(accessOf).catch(failed)
    } catch (error) {
      return failed(error)
    }
  }

  async #inTime<T>(answer: Promise<T>): Promise<T> {
    const { accessTimeout, host } = this.#parts
    let late: (() => void) | undefined
    const timer = host.clock.setTimeout(() => late?.(), accessTimeout).unref()
    const over = new Promise<never>((_resolve, reject) => {
      late = () => reject(new WsError(503, '@Access() took too long'))
    })
    try {
      return await Promise.race([answer, over])
    } finally {
      host.clock.clearTimeout(timer)
    }
  }
}

function accessOf(answer: unknown): Access {
  if (ACCESS.has(answer)) return answer as Access
  throw new TypeError(`@Access() returns 'none', 'read' or 'write', not ${String(answer)}`)
}
