import { defineChannel } from 'enfilade/client'

/** Somebody in a room. */
export interface Person {
  readonly id: string
  readonly name: string
}

/** Something somebody said. */
export interface Said {
  /** Made by the page that says it: sent again after a loss, it is still said once. */
  readonly id: string
  readonly from: Person
  readonly text: string
  readonly at: number
}

/** What everybody in a room shows of themselves. */
export interface Shown {
  readonly name: string
  readonly typing: boolean
}

/** What travels between server and page. */
export interface ChatContract {
  calls: {
    /** Replies with what was said lately, as `recent` does. */
    join(data: { name: string }): readonly Said[]
    recent(): readonly Said[]
    say(data: { id: string; text: string }): Said
    leave(): void
  }
  pushes: { said: Said }
  presence: Shown
}

/** Both sides are checked against it by the compiler. */
export const chat = defineChannel('/chat/:room')<ChatContract>()
