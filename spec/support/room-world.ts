import type { WsRoom } from 'enfilade/client'
import { createFakeWorld, type FakeSocket, type FakeWorld } from './fake-platform.js'
import { nextTurn } from './next-turn.js'

/** Where {@link openRoom} makes its room. */
export const PATH = '/chat/a'

export interface RoomWorld extends FakeWorld {
  room: WsRoom
  first: FakeSocket
  /** What the room told, in order. */
  told: unknown[]
  /** The data of the pushes that were heard. */
  heard: unknown[]
}

/** A room that listens to everything, on an open connection. */
export async function openRoom(
  options: { presence?: unknown; isPlain?: boolean } = {},
): Promise<RoomWorld> {
  const world = createFakeWorld()
  const first = await world.socket()
  if (options.isPlain) first.open()
  else first.welcome()
  const { presence } = options
  const room = world.client.room(PATH, presence === undefined ? {} : { presence })
  const told: unknown[] = []
  const heard: unknown[] = []
  room.onStatus((status, left) => told.push(left ? [status, left.reason] : status))
  room.onGap(({ reply }) => told.push(['gap', reply]))
  room.on('said', (data) => heard.push(data))
  return { ...world, room, first, told, heard }
}

export async function joinRoom(
  options?: Parameters<typeof openRoom>[0],
  joined?: object,
): Promise<RoomWorld> {
  const world = await openRoom(options)
  const joining = world.room.join()
  await nextTurn()
  world.first.push('$joined', PATH, { epoch: 'e', seq: 10, ...joined })
  world.first.reply('join', 'welcome')
  await joining
  return world
}

/** The connection is lost and comes back; the server has answered `$resume`. */
export async function resume(world: FakeWorld, data: unknown): Promise<FakeSocket> {
  const socket = await world.dropAndRetry()
  socket.welcome('s2')
  await nextTurn()
  socket.reply('$resume', data)
  await nextTurn()
  return socket
}
