import { DocumentRoom } from '../../../lib/documents/document-room.js'
import type { DocumentRoomOptions } from '../../../lib/documents/room-options.js'
import { YjsEngine, type YjsEngineOptions } from '../../../lib/yjs/yjs-engine.js'
import { FakeTimers } from '../documents/fake-timers.js'
import type { YjsRoom } from './peer.js'

/** A room with a document of Yjs, whose clock stands still, with what went wrong in it. */
export interface OpenYjs {
  room: YjsRoom
  timers: FakeTimers
  errors: unknown[]
}

export async function openYjs(
  options: Partial<DocumentRoomOptions<YjsEngine>> = {},
  engineOptions: YjsEngineOptions = {},
): Promise<OpenYjs> {
  const timers = new FakeTimers()
  const errors: unknown[] = []
  const engine = new YjsEngine({ timers, ...engineOptions })
  const onError = (error: unknown) => errors.push(error)
  const room = await DocumentRoom.open({ engine, timers, onError, ...options })
  return { room, timers, errors }
}
