import { Broadcast, Controller, Data, guard, Join, OnJoin, OnMessage } from 'enfilade'
import { Session, Use, type RoomAccess } from 'enfilade'
import { IsString, Length } from 'class-validator'
import type { BoardSession } from './tokens.js'

class Line {
  @IsString()
  @Length(1, 200, { message: 'A line has 1 to 200 characters' })
  text!: string
}

interface Written {
  readonly by: string
  readonly text: string
}

const LINES_KEPT = 50

const members = guard(({ connection, path }) => connection.rooms.has(path), 403, 'Join first')

/** A board that everybody may read, and some may write on. */
@Controller('/board')
export class BoardController {
  readonly #lines: Written[] = []

  /** Asked at the entry, and again with each new token and after each `revoke`. */
  @OnJoin()
  mayEnter(@Session() { role }: BoardSession): RoomAccess {
    return role === 'reader' ? 'read' : 'write'
  }

  @OnMessage('join')
  @Join()
  join(@Session() { userId, role }: BoardSession): object {
    return { name: userId, role, lines: this.#lines }
  }

  /** Of those who may only read there, `@Broadcast` lets nobody in here. */
  @OnMessage('write')
  @Use(members)
  @Broadcast('written', { excludeSelf: false })
  write(@Session('userId') by: string, @Data() { text }: Line): Written {
    const written = { by, text }
    this.#lines.push(written)
    if (this.#lines.length > LINES_KEPT) this.#lines.shift()
    return written
  }
}
