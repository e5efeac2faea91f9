import { defineChannel } from 'enfilade/client'

/** What somebody said, as everybody in the room gets it. */
export interface Said {
  /** The name of whoever said it. */
  readonly from: string
  readonly text: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The contract of both sides: the compiler checks controller and page against it. */
export const chat = defineChannel('/chat/:room')<{
  calls: {
    join(): readonly Said[]
    say(data: { from: string; text: string }): Said
    leave(): null
  }
  pushes: { said: Said }
  presence: { name: string }
}>()
