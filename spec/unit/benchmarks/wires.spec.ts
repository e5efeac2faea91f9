import { describe, expect, it } from '@jest/globals'
import { msgpack } from 'enfilade/msgpack'
import { WIRES } from '../../../benchmarks/load/wires.js'
import { encodeFrame } from '../../../lib/load/frames.js'
import { jsonWire } from '../../../lib/load/wire.js'

const message = { event: 'say', path: '/room/1', data: { text: 'hi' }, id: 3 }

describe.each([
  {
    name: 'json' as const,
    sent: JSON.stringify(message),
    reply: '{"id":3,"data":{"text":"hi"}}',
    refusal: '{"id":3,"error":{"code":400}}',
    push: '{"event":"say","path":"/room/1","data":1}',
  },
  {
    name: 'socket.io' as const,
    sent: '423["say",{"path":"/room/1","data":{"text":"hi"}}]',
    reply: '433[{"data":{"text":"hi"}}]',
    refusal: '433[{"error":{"code":400}}]',
    push: '42["say",{"path":"/room/1","data":1}]',
  },
  {
    name: 'nest' as const,
    sent: '{"event":"say","data":{"path":"/room/1","data":{"text":"hi"},"id":3}}',
    reply: '{"event":"say","data":{"id":3,"data":{"text":"hi"}}}',
    refusal: '{"event":"exception","data":{"status":"error","cause":{"data":{"id":3}}}}',
    push: '{"event":"say","data":{"path":"/room/1","data":1}}',
  },
])('the wire $name', ({ name, sent, reply, refusal, push }) => {
  const wire = WIRES[name]

  it('carries messages', () => {
    expect(wire.encode(message)).toBe(sent)
  })

  it('tells replies, refusals and pushes apart', () => {
    expect(wire.decode(reply)).toEqual({ id: 3, data: { text: 'hi' } })
    expect(wire.decode(refusal)).toEqual({ id: 3, error: { code: 400 } })
    expect(wire.decode(push)).toEqual({ event: 'say', path: '/room/1', data: 1 })
  })
})

describe.each([
  ['json', jsonWire, (record: object) => Buffer.from(JSON.stringify(record))],
  ['msgpack', WIRES.msgpack, (record: object) => Buffer.from(msgpack().encode(record as never))],
] as const)('the wire %s', (_, wire, encode) => {
  it.each([0, 9, 127, 128, 255, 256, 1_023])('tells the id %d of a reply at once', (id) => {
    expect(wire.placeOf?.(encode({ id, data: { text: 'hi' } }))).toBe(id)
    expect(wire.decode(encode({ id, data: 1 }))).toEqual({ id, data: 1 })
  })

  it.each([
    { id: 3, error: { code: 400, message: 'No' } },
    { id: 'three', data: 1 },
    { event: 'say', path: '/room/1', data: 1 },
    { id: 3 },
    {},
  ])('leaves %j to be read', (record) => {
    expect(wire.placeOf?.(encode(record))).toBeUndefined()
  })

  it('sends text as text, and bytes as bytes', () => {
    const [first] = encodeFrame(wire.encode(message))
    expect(first).toBe(wire === jsonWire ? 0x81 : 0x82)
  })
})
