import type { WsApp } from 'enfilade'
import type { WsClient } from 'enfilade/client'
import { WebSocket, type ClientOptions } from 'ws'
import { within } from './deadline.js'

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
  /** Done when it has seen so many; rejects after so many milliseconds. */
  count(many: number, ms?: number): Promise<void>
  /** Done when another number has come: what it was told of a gap is none. */
  another(ms?: number): Promise<void>
  /** Done when this number is the last that it has seen. */
  last(number: number, ms?: number): Promise<void>
}

export function watchRoom(client: WsClient, path: string): Witness {
  const seen: (number | 'gap')[] = []
  const waiting = new Set<() => void>()
  const see = (item: number | 'gap'): void => {
    seen.push(item)
    for (const look of waiting) look()
  }
  const until = async (isSo: () => boolean, ms?: number): Promise<void> => {
    let look = (): void => undefined
    const so = new Promise<void>((resolve) => {
      look = () => isSo() && resolve()
    })
    waiting.add(look)
    look()
    const state = (): string => `more than ${seen.length}, of which the last is ${seen.at(-1)}`
    await within(so, state, ms).finally(() => waiting.delete(look))
  }
  const room = client.room(path)
  room.on('said', (data) => see(data as number))
  room.onGap(() => see('gap'))
  return {
    seen,
    count: (many, ms) => until(() => seen.length >= many, ms),
    another: (ms) => {
      const { length } = seen
      return until(() => seen.length > length && seen.at(-1) !== 'gap', ms)
    },
    last: (number, ms) => until(() => seen.at(-1) === number, ms),
  }
}

/** Done when a client is open, which it may be by now. */
export async function isOpen(client: WsClient, ms?: number): Promise<void> {
  let off = (): void => undefined
  const open = new Promise<void>((resolve) => {
    off = client.onStatus((status) => {
      if (status === 'open') resolve()
    })
    if (client.status === 'open') resolve()
  })
  await within(open, () => `a client to be open, it is ${client.status}`, ms).finally(off)
}

/** What is wrong with what a client saw: a number twice, out of order, or missing without a gap. */
export function faultOf({ seen }: Pick<Witness, 'seen'>, last: number): string | undefined {
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
