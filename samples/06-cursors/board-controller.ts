import { Broadcast, Connection, Controller, Data, guard, Join, Leave, OnMessage } from 'enfilade'
import { Presence, Use, WsConnection } from 'enfilade'
import { board, type Wave } from './board.channel.js'
import { Pointed, Showing } from './messages.js'

const members = guard(({ connection, path }) => connection.rooms.has(path), 403, 'Join first')

/** Cursors need no handler: what members show goes to all by presence. */
@Presence(Showing)
@Controller(board, { history: true })
export class BoardController {
  @OnMessage(board, 'join')
  @Join()
  join(): void {
    // Nothing else to do: the roster comes with the entry.
  }

  /** A push, not presence: whoever was away for a moment gets it, too. */
  @OnMessage(board, 'wave')
  @Use(members)
  @Broadcast('waved')
  wave(@Connection() { id }: WsConnection, @Data() { x, y }: Pointed): Wave {
    return { from: id, x, y }
  }

  @OnMessage(board, 'leave')
  @Leave()
  leave(): void {
    // Presence tells the others.
  }
}
