import type { WsApp } from 'enfilade'
import type { WsClient } from 'enfilade/client'
import { WebSocket, type ClientOptions } from 'ws'

/** The WebSocket of a client, whose network can be taken away. */
export interface Network {
  readonly WebSocket: new (url: string, protocols: string[]) => WebSocket
  /** Cuts what is open, or being opened. */
  cut(): void
}

export function createNetwork(): Network {
  const sockets: WebSocket[] = []
  class Cuttable extends WebSocket {
    constructor(url: string, protocols: string[], options?: ClientOptions) {
      super(url, protocols, options)
      sockets.push(this)
    }
  }
  return { WebSocket: Cuttable, cut: () => sockets.at(-1)?.terminate() }
}

/** What a client of a room saw. */
export interface Witness {
  /** The numbers, in the order they came; `gap` where it was told of one. */
  readonly seen: (number | 'gap')[]
}

export function watchRoom(client: WsClient, path: string): Witness {
  const seen: (number | 'gap')[] = []
  const room = client.room(path)
  room.on('said', (data) => seen.push(data as number))
  room.onGap(() => seen.push('gap'))
  return { seen }
}

/** What is wrong with what a client saw: a number twice, out of order, or missing without a gap. */
export function faultOf({ seen }: Witness, last: number): string | undefined {
  let before: number | undefined
  let isGap = false
  for (const item of seen) {
    if (item === 'gap') {
      isGap = true
      continue
    }
    if (before !== undefined && item <= before) return `${item} after ${before}`
    if (before !== undefined && item !== before + 1 && !isGap) return `${before}, then ${item}`
    before = item
    isGap = false
  }
  return before === last ? undefined : `${before} is the last it saw, of ${last}`
}

/** Says numbers to a room, a few a turn, and does something between them. */
export async function say(
  app: WsApp,
  path: string,
  { count, between }: { count: number; between: (said: number) => void | Promise<void> },
): Promise<void> {
  for (let number = 1; number <= count; number++) {
    app.rooms.broadcast(path, 'said', path, number)
    await between(number)
  }
}
