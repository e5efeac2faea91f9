import { describe, expect, it } from '@jest/globals'
import { DocumentRoom } from 'enfilade/documents'
import { EchoEngine } from '../../support/documents/echo-engine.js'

async function openEcho() {
  const engine = new EchoEngine()
  const room = await DocumentRoom.open({ engine, maxFrame: 256 })
  const sent: (string | Uint8Array)[] = []
  const socket = {
    send: (frame: string | Uint8Array) => sent.push(frame),
    close: (code: number) => sent.push(`closed ${code}`),
  }
  room.connect({ socket, sessionId: 'ann', access: 'write' })
  return { room, engine, sent }
}

describe('an engine with a wire of its own', () => {
  it('gets frames as they arrive, and sends them as they are, however large', async () => {
    const { room, sent } = await openEcho()
    const bytes = new Uint8Array(1000).fill(7)
    room.receive('ann', bytes)
    expect(sent).toEqual([bytes])
  })

  it('gives the frames of the room a form, or none', async () => {
    const { room, sent } = await openEcho()
    room.setAccess('ann', 'read')
    expect(sent).toEqual([])
    room.sendTo('ann', 1)
    expect(sent).toEqual([new TextEncoder().encode('custom')])
  })

  it('may refuse frames, and too many of them close the session', async () => {
    const { room, sent } = await openEcho()
    for (let left = 17; left > 0; left--) room.receive('ann', 'text')
    expect(sent.slice(-2)).toEqual([new TextEncoder().encode('error'), 'closed 4400'])
    expect(sent).toHaveLength(18)
  })

  it('hears of sessions that come and go, also of one that a newer socket replaces', async () => {
    const { room, engine } = await openEcho()
    const socket = { send: () => undefined, close: () => undefined }
    room.connect({ socket, sessionId: 'ann', access: 'write' })
    room.disconnect('ann')
    expect(engine.told).toEqual(['ann came', 'ann went', 'ann came', 'ann went'])
  })
})
