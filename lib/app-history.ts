import type { Clock } from './async/clock.js'
import type { WsLogger } from './logging/logger.js'
import type { Encodings } from './rooms/encodings/encodings.js'
import type { SharedRoomsOptions } from './rooms/history/shared-rooms.js'
import type { Memberships } from './runtime/memberships.js'
import type { WsConnection } from './runtime/ws-connection.js'
import type { WsServer } from './runtime/ws-server.js'
import type { CountedHistory } from './transports/history/counted-history.js'

/** What a shared history meets in an app; some of it is there only later. */
export interface HistorySurroundings {
  readonly encodings: Encodings
  readonly clock: Clock
  readonly logger: WsLogger
  readonly memberships: () => Memberships | undefined
  readonly server: () => WsServer
}

const LEVELS = { connecting: 'info', ready: 'info', degraded: 'warn', down: 'error' } as const

/** What rooms are told of the option `history`. */
export function sharedHistory(
  history: CountedHistory,
  { encodings, clock, logger, memberships, server }: HistorySurroundings,
): SharedRoomsOptions<WsConnection> {
  return {
    ...{ history, counters: history.counters, encodings, clock },
    ruleOf: (room) => memberships()?.ruleOf(room),
    moved: (room, position, isGap) =>
      memberships()?.moved(server().roomConnections(room), { room, position, isGap }),
    find: (id) => server().getConnection(id),
    onStatus: ({ status, cause }) => {
      logger[LEVELS[status]](cause ? { err: cause } : {}, `the history is ${status}`)
    },
    onApart: (isApart, cause) => {
      if (isApart) logger.error({ err: cause }, 'rooms are on their own: the history fails them')
      else logger.info({}, 'all rooms are in the history again')
    },
    onError: (error, room) => logger.error({ err: error, room }, 'a push cannot be shared'),
  }
}
