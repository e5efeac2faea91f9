import { IsInt, Max, Min } from 'class-validator'
import { Controller, Join, OnMessage, Presence } from 'enfilade'

class Cursor {
  @IsInt() @Min(0) @Max(9999) x!: number
  @IsInt() @Min(0) @Max(9999) y!: number
}

@Presence(Cursor)
@Controller('/cursors/:board')
export class CursorController {
  @OnMessage('join')
  @Join()
  join(): object {
    return { joined: true }
  }
}
