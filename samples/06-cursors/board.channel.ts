import { defineChannel } from 'enfilade/client'

/** A place on a board: ten-thousandths of its width and height, so that all windows agree. */
export interface Place {
  readonly x: number
  readonly y: number
}

/** What everybody shows of themselves. */
export interface Shown extends Partial<Place> {
  readonly name: string
  /** The colour: degrees. */
  readonly hue: number
  readonly idle: boolean
}

/** Somebody pointed at a place. */
export interface Wave extends Place {
  /** The member. */
  readonly from: string
}

/** What travels between server and page. */
export interface BoardContract {
  calls: {
    join(): void
    wave(place: Place): Wave
    leave(): void
  }
  pushes: { waved: Wave }
  presence: Shown
}

/** Both sides are checked against it by the compiler. */
export const board = defineChannel('/board/:board')<BoardContract>()
