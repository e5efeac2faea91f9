/** How many frames one message may carry. */
export const MAX_CARRIED = 64

/** From the server: the session in the document is over; the connection is not. */
export interface ClosedFrame {
  readonly type: 'closed'
  /** As of a socket: 4xxx is final. */
  readonly code: number
  readonly reason: string
}

/** Whether it says of itself that it is a frame of a type. */
export function isFrameOf(type: string, frame: unknown): boolean {
  return (frame as { type?: unknown } | null | undefined)?.type === type
}
