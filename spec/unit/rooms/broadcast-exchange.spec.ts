import { beforeEach, describe, expect, it } from '@jest/globals'
import { jsonCodec, WsRoomManager, type WsCodec } from 'enfilade'
import { BroadcastExchange } from '../../../lib/rooms/broadcast-exchange.js'
import { envelopeHead, readEnvelope } from '../../../lib/rooms/envelope.js'
import { FakeMember } from '../../support/fake-member.js'
import { FakeTransport } from '../../support/fake-transport.js'
import { nextTurn } from '../../support/next-turn.js'

const room = '/chat/general'
const channel = `ws:room:${room}`
const push = { event: 'said', path: room, data: 'ünï\ncode 💬' }

const ownCodec: WsCodec = {
  decode: (frame) => frame,
  encode: (record) => ('event' in record ? `${record.event} of ${record.path}` : ''),
}

let transport: FakeTransport
let reports: string[]
let ann: FakeMember
let rooms: WsRoomManager<FakeMember>

beforeEach(() => {
  transport = new FakeTransport()
  transport.isSync = true
  reports = []
  ann = new FakeMember('ann')
  const exchange = new BroadcastExchange(transport, (error, fault) =>
    reports.push(`${fault.action} ${fault.channel}: ${String(error)}`),
  )
  rooms = new WsRoomManager({ exchange })
})

describe('the envelope', () => {
  it.each([true, false])('gives back what was put in (a frame: %s)', (isFrame) => {
    const push = '{"text":"a\\nb"}\n'
    const payload = envelopeHead({ from: 'here', isFrame }) + push
    expect(readEnvelope(payload)).toEqual({ from: 'here', isFrame, push })
    // What was read once is remembered.
    expect(readEnvelope(payload)).toEqual({ from: 'here', isFrame, push })
  })

  it('keeps instances apart, however many there are', () => {
    for (let index = 0; index < 2_500; index++) {
      expect(
        readEnvelope(envelopeHead({ from: `node ${index}`, isFrame: index % 2 === 0 })),
      ).toEqual({
        from: `node ${index}`,
        isFrame: index % 2 === 0,
        push: '',
      })
    }
  })
})

describe('what is published', () => {
  it('goes out once a broadcast, with who published it', () => {
    void rooms.join(ann, room)
    rooms.broadcast(room, 'said', room, push.data, undefined, ann)
    expect(transport.published.map((each) => each.channel)).toEqual([channel])
    const { from, push: text } = readEnvelope(transport.published[0]!.payload)
    expect(from).not.toBe('')
    expect(JSON.parse(text)).toEqual(push)
  })

  it('goes out although nobody here is in the room', () => {
    rooms.broadcast(room, 'said', room)
    expect(transport.published).toHaveLength(1)
  })

  it('is dropped when it comes back', () => {
    void rooms.join(ann, room)
    rooms.broadcast(room, 'said', room, push.data)
    transport.receive(channel, transport.published[0]!.payload)
    expect(ann.pushes).toEqual([push])
  })

  it('reaches members elsewhere, also where the transport is another instance', () => {
    const bob = new FakeMember('bob')
    const elsewhere = new WsRoomManager<FakeMember>({
      exchange: new BroadcastExchange(transport, () => undefined),
    })
    elsewhere.broadcast(room, 'said', room, push.data, { room: 'general' }, bob)
    void rooms.join(ann, room)
    transport.receive(channel, transport.published[0]!.payload)
    expect(ann.pushes).toEqual([{ ...push, params: { room: 'general' } }])
  })

  it.each([
    ['throws', () => fail()],
    ['rejects', async () => fail()],
  ])('is served here when the transport %s, which is reported', async (_what, publish) => {
    transport.publish = publish
    void rooms.join(ann, room)
    rooms.broadcast(room, 'said', room, push.data)
    await nextTurn()
    expect(ann.pushes).toEqual([push])
    expect(reports).toEqual([`publish ${channel}: Error: the broker is down`])
  })
})

describe('what comes in', () => {
  it.each([
    ['empty text', ''],
    ['no envelope', 'hello'],
    ['one line', '{"from":"elsewhere"}'],
    ['no publisher', '{}\n{}'],
    ['a publisher that is no text', '{"from":1}\n{}'],
    ['null', 'null\n{}'],
    ['a push that is not JSON', '{"from":"elsewhere"}\n{'],
    ['a push that is null', '{"from":"elsewhere"}\nnull'],
    ['a push that is a number', '{"from":"elsewhere"}\n7'],
    ['a push without an event', '{"from":"elsewhere"}\n{"path":"/a"}'],
    ['a push without a path', '{"from":"elsewhere"}\n{"event":"said"}'],
    ['a frame that is none of a push', '{"from":"elsewhere","frame":"json"}\nhello'],
    ['bytes', Buffer.from('hello') as unknown as string],
    ['nothing', undefined as unknown as string],
  ])('is reported and dropped when it is %s', (_what, payload) => {
    void rooms.join(ann, room)
    transport.receive(channel, payload)
    expect(reports).toEqual([expect.stringMatching(/^receive ws:room:\/chat\/general: /)])
    expect(ann.pushes).toEqual([])
  })

  it.each([
    ['without reading it, when it was written by the JSON codec', jsonCodec, '{"event":"a"…'],
    ['in its own codec, when that is another', ownCodec, 'said of /chat/general'],
  ])('is published %s', (_what, codec, expected) => {
    const frames: unknown[] = []
    rooms = new WsRoomManager<FakeMember>({
      codec,
      exchange: new BroadcastExchange(transport, () => undefined),
      fanOut: {
        enter: () => undefined,
        exit: () => undefined,
        publish: (_room, frame) => frames.push(frame),
      },
    })
    void rooms.join(ann, room)
    const text = codec === jsonCodec ? '{"event":"a"…' : JSON.stringify(push)
    transport.receive(channel, envelopeHead({ from: 'elsewhere', isFrame: true }) + text)
    expect(frames).toEqual([expected])
  })

  it('is reported when a member cannot take it', () => {
    void rooms.join(ann, room)
    ann.send = fail
    transport.receive(
      channel,
      envelopeHead({ from: 'elsewhere', isFrame: false }) + JSON.stringify(push),
    )
    expect(reports).toEqual([`receive ${channel}: Error: the broker is down`])
  })
})

describe('a transport that fails', () => {
  it.each([
    ['throws', () => fail()],
    ['rejects', async () => fail()],
  ])('to subscribe and %s is reported once', async (_what, subscribe) => {
    transport.subscribe = subscribe
    await expect((async () => rooms.join(ann, room))()).rejects.toMatchObject({ code: 503 })
    expect(reports).toEqual([`subscribe ${channel}: Error: the broker is down`])
  })

  it.each([
    ['throws', () => fail()],
    ['rejects', async () => fail()],
  ])(
    'to unsubscribe and %s is reported; the room can be joined again',
    async (_what, unsubscribe) => {
      transport.unsubscribe = unsubscribe
      void rooms.join(ann, room)
      expect(rooms.leave(ann, room)).toBe(true)
      await nextTurn()
      expect(reports).toEqual([`unsubscribe ${channel}: Error: the broker is down`])
      expect(rooms.channels).toBe(0)
      expect(await rooms.join(ann, room)).toBe(true)
    },
  )
})

function fail(): never {
  throw new Error('the broker is down')
}
