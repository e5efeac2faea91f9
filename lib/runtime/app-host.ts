import type { Clock } from '../async/clock.js'
import type { WsLogger } from '../logging/logger.js'
import type { Encodings } from '../rooms/encodings/encodings.js'
import type { WsRoomManager } from '../rooms/ws-room-manager.js'
import type { Detours } from './detours.js'
import type { RuntimeLimits } from './limits.js'
import type { Streams } from './streams/streams.js'
import type { TurnQueue } from './turn-queue.js'
import type { WsConnection } from './ws-connection.js'
import type { WsCounters } from './ws-counters.js'
import type { WsEvents } from './ws-events.js'
import type { WsServer } from './ws-server.js'

/** What the connections and messages of one app share. */
export interface AppHost {
  readonly clock: Clock
  readonly encodings: Encodings
  readonly limits: RuntimeLimits
  readonly logger: WsLogger
  readonly counters: WsCounters
  readonly events: WsEvents
  readonly rooms: WsRoomManager<WsConnection>
  readonly server: WsServer
  readonly turn: TurnQueue
  /** Replies that are streams. */
  readonly streams: Streams
  /** The connections that read too slowly. */
  readonly detours: Detours
  /** Whether error replies may help with hints about the app. */
  readonly isProduction: boolean
}
