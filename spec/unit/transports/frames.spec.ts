import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { readFrame, writeFrame, type Frame } from '../../../lib/transports/managed/frame.js'
import { LoopBack } from '../../../lib/transports/managed/loop-back.js'
import { SequenceWatch } from '../../../lib/transports/managed/sequence-watch.js'

describe('a frame', () => {
  it('gives back what was put in, whatever the payloads', () => {
    const frame = fc.record({
      from: fc.uuid(),
      stream: fc.integer({ min: 1, max: 2 ** 40 }),
      first: fc.integer({ min: 1, max: 2 ** 40 }),
      payloads: fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }),
    })
    fc.assert(
      fc.property(frame, (each) => expect(readFrame(writeFrame(each))).toEqual(each)),
      { seed: 1 },
    )
  })

  it.each([
    ['nothing', ''],
    ['one line', '1 me 1 1 5'],
    ['another format', '2 me 1 1 5\nhello'],
    ['JSON', '{"from":"me"}\n{}'],
    ['nobody', '1  1 1 5\nhello'],
    ['no length', '1 me 1 1\nhello'],
    ['a length that is no number', '1 me 1 1 five\nhello'],
    ['a negative length', '1 me 1 1 -5\nhello'],
    ['a place that is no number', '1 me 1 x 5\nhello'],
    ['too little', '1 me 1 1 6\nhello'],
    ['too much', '1 me 1 1 4\nhello'],
  ])('is not what has %s', (_what, text) => {
    expect(readFrame(text)).toBeUndefined()
  })
})

describe('SequenceWatch', () => {
  const frame = (first: number, count = 1, stream = 1, from = 'me'): Frame => ({
    ...{ from, stream, first, payloads: Array<string>(count).fill('') },
  })

  it.each<[string, Frame[], { skip: number; missed: number }]>([
    ['takes what comes first as it is', [frame(7)], { skip: 0, missed: 0 }],
    ['finds nothing in what follows', [frame(1, 3), frame(4)], { skip: 0, missed: 0 }],
    ['counts what is missing', [frame(1, 3), frame(9, 2)], { skip: 0, missed: 5 }],
    ['drops what was here', [frame(1, 3), frame(1, 3)], { skip: 3, missed: 0 }],
    ['drops what was here in part', [frame(1, 3), frame(2, 4)], { skip: 2, missed: 0 }],
    ['drops what comes late', [frame(1), frame(5), frame(2, 2)], { skip: 2, missed: 0 }],
    ['begins anew with a new stream', [frame(9), frame(1, 1, 2)], { skip: 0, missed: 0 }],
    ['counts what a new stream lacks', [frame(9), frame(3, 1, 2)], { skip: 0, missed: 2 }],
    ['drops an old stream', [frame(1, 1, 2), frame(9, 4, 1)], { skip: 4, missed: 0 }],
    ['keeps publishers apart', [frame(1), frame(5, 1, 1, 'you')], { skip: 0, missed: 0 }],
  ])('%s', (_what, frames, expected) => {
    const watch = new SequenceWatch()
    const seen = frames.map((each) => watch.see(each))
    expect(seen.at(-1)).toEqual(expected)
  })

  it('forgets the publisher that came first when there are many', () => {
    const watch = new SequenceWatch()
    for (let index = 0; index <= 256; index++) watch.see(frame(1, 1, 1, `node ${index}`))
    expect(watch.see(frame(9, 1, 1, 'node 256')).missed).toBe(7)
    expect(watch.see(frame(9, 1, 1, 'node 0')).missed).toBe(0)
  })
})

describe('LoopBack', () => {
  it('is done when the message has come back, with those that were sent before', async () => {
    const loopBack = new LoopBack('probe:')
    const sent: string[] = []
    const pings = [1, 2, 3].map(() => loopBack.ping(async ({ payload }) => void sent.push(payload)))
    expect(loopBack.heard('another', sent[2] as string)).toBe(false)
    expect(loopBack.heard(loopBack.channel, sent[1] as string)).toBe(true)
    await Promise.all(pings.slice(0, 2))
    let isDone = false
    void pings[2]?.then(() => (isDone = true))
    await Promise.resolve()
    expect(isDone).toBe(false)
    loopBack.heard(loopBack.channel, sent[2] as string)
    await pings[2]
  })

  it('fails when the message cannot be sent', async () => {
    const failing = new LoopBack('probe:').ping(() => Promise.reject(new Error('no')))
    await expect(failing).rejects.toThrow('no')
  })
})
