import { describe, expect, it } from '@jest/globals'
import { PeerLink, type LinkEnd } from '../../../../lib/documents/owners/peer-link.js'
import {
  readPeerMessage,
  writePeerMessage,
  type PeerItem,
  type PeerMessage,
} from '../../../../lib/documents/owners/peer-messages.js'

class End implements LinkEnd {
  readonly isIdle = false
  readonly taken: unknown[] = []
  overs = 0

  take(item: PeerItem, text: string): void {
    this.taken.push(item.kind === 'frame' ? [item.s, text] : item.kind)
  }

  over(): void {
    this.overs++
  }
}

/** Two ends; what they send waits until it is handed over. */
function createPair() {
  const clock = { now: 0 }
  const sent: { to: number; message: PeerMessage }[] = []
  const ends = [new End(), new End()] as const
  const faults = { isShut: false }
  const make = (index: number): PeerLink =>
    new PeerLink(
      {
        ...{ id: 'l', peer: `p${1 - index}`, beat: 1_000, now: () => clock.now },
        defer: queueMicrotask,
        send: (message) => {
          if (faults.isShut) throw new Error('shut')
          const payload = writePeerMessage({ from: `p${index}`, ...message })
          sent.push({ to: 1 - index, message: readPeerMessage(payload) })
        },
        onOver: () => undefined,
      },
      () => ends[index] as End,
    )
  const links = [make(0), make(1)] as const
  const deliver = async (): Promise<void> => {
    await Promise.resolve()
    for (let next = sent.shift(); next; next = sent.shift()) {
      ;(links[next.to] as PeerLink).receive(next.message)
    }
  }
  return { clock, sent, ends, links, faults, deliver }
}

describe('a link', () => {
  it('sends what is said in one turn as one message, and a frame for many once', async () => {
    const { sent, ends, links, deliver } = createPair()
    const text = '{"type":"patch"}'
    for (const session of [1, 2, 3]) links[0].carry(session, text, false)
    links[0].post({ kind: 'leave', s: 4 })
    links[0].carry(5, text, false)
    links[0].carry(5, '{\n"a":\n1}', true)
    await Promise.resolve()
    expect(sent).toHaveLength(1)
    expect(sent[0]?.message.texts).toHaveLength(3)
    await deliver()
    const parsed = [[5], '{ "a": 1}']
    expect(ends[1].taken).toEqual([[[1, 2, 3], text], 'leave', [[5], text], parsed])
  })

  it('takes what comes twice once, and is over at both ends when something is missing', async () => {
    const { sent, ends, links, deliver } = createPair()
    links[0].post({ kind: 'leave', s: 1 })
    await Promise.resolve()
    sent.push(...sent)
    await deliver()
    expect(ends[1].taken).toEqual(['leave'])
    links[0].post({ kind: 'leave', s: 2 })
    await Promise.resolve()
    sent.shift()
    links[0].post({ kind: 'leave', s: 3 })
    await deliver()
    await deliver()
    expect([ends[1].taken, ends[0].overs, ends[1].overs]).toEqual([['leave'], 1, 1])
    links[0].post({ kind: 'leave', s: 4 })
    await deliver()
    expect([ends[1].taken, links.map(({ isOver }) => isOver)]).toEqual([['leave'], [true, true]])
  })

  it('notices by the next sign of life that the last thing said was lost', async () => {
    const { sent, ends, links, deliver } = createPair()
    links[0].post({ kind: 'leave', s: 1 })
    await Promise.resolve()
    sent.length = 0
    links[0].beat()
    await deliver()
    expect([ends[0].overs, ends[1].overs]).toEqual([1, 1])
  })

  it('is over after three beats without a word, and not before', async () => {
    const { clock, sent, ends, links, deliver } = createPair()
    clock.now = 2_999
    links[0].beat()
    links[1].beat()
    await deliver()
    clock.now = 5_998
    links[0].beat()
    expect(ends[0].overs).toBe(0)
    sent.length = 0
    clock.now = 5_999
    links[0].beat()
    expect(ends[0].overs).toBe(1)
  })

  it('is over at once when the transport does not take what is said', async () => {
    const { ends, links, faults } = createPair()
    faults.isShut = true
    links[0].post({ kind: 'leave', s: 1 })
    await Promise.resolve()
    expect([ends[0].overs, links[0].isOver]).toEqual([1, true])
  })
})

describe('a payload', () => {
  const head = { v: 1, from: 'a', link: 'l', seq: 1, items: [] }
  it.each([
    ['nothing', ''],
    ['a value', 'null'],
    ['a list', '[]'],
    ['another version', JSON.stringify({ ...head, v: 2 })],
    ['no sender', JSON.stringify({ ...head, from: '' })],
    ['a number that is none', JSON.stringify({ ...head, seq: -1 })],
    ['no items', JSON.stringify({ ...head, items: {} })],
    ['an item of no kind', JSON.stringify({ ...head, items: [{ kind: 'toString' }] })],
    ['an item that is not whole', JSON.stringify({ ...head, items: [{ kind: 'leave' }] })],
    [
      'another access',
      JSON.stringify({ ...head, items: [{ kind: 'change', s: 1, access: 'all', about: {} }] }),
    ],
    [
      'a frame without its text',
      JSON.stringify({ ...head, items: [{ kind: 'frame', s: [1], isParsed: false }] }),
    ],
    ['a text without its frame', `${JSON.stringify(head)}\n{}`],
    ['too much', ' '.repeat(8 * 1024 * 1024 + 1)],
  ])('that is %s is none', (_what, payload) => {
    expect(() => readPeerMessage(payload)).toThrow()
  })
})
