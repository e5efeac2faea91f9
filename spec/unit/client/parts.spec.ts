import { describe, expect, it, jest } from '@jest/globals'
import { backOff } from '../../../lib/client/back-off.js'
import { Heartbeat } from '../../../lib/client/heartbeat.js'
import { Listeners } from '../../../lib/client/listeners.js'
import { Outbox } from '../../../lib/client/outbox.js'
import { PresenceSender } from '../../../lib/client/presence-sender.js'
import { PushHandlers } from '../../../lib/client/push-handlers.js'
import { RoomHistory } from '../../../lib/client/room-history.js'
import { Roster } from '../../../lib/client/roster.js'
import { FakeClock } from '../../support/fake-platform.js'

describe('backOff', () => {
  it('doubles its longest pause from 0.5 s to 20 s', () => {
    const longest = [0, 1, 2, 3, 4, 5, 6, 7, 5000].map((failures) => backOff(failures, () => 1))
    expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000, 20_000])
  })

  it('is anything from nothing up to that', () => {
    expect([0, 0.25, 0.5].map((random) => backOff(2, () => random))).toEqual([0, 500, 1000])
  })
})

describe('Heartbeat', () => {
  const start = ({ interval = 25_000, timeout = 10_000 } = {}) => {
    const clock = new FakeClock()
    const ping = jest.fn()
    const dead = jest.fn()
    const heartbeat = new Heartbeat({ platform: clock, interval, timeout, ping, dead })
    heartbeat.start()
    return { clock, ping, dead, heartbeat }
  }

  it('pings after a silence, and only then', async () => {
    const { clock, ping, heartbeat } = start()
    await clock.advance(20_000)
    heartbeat.heard()
    await clock.advance(24_999)
    expect(ping).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(ping).toHaveBeenCalledTimes(1)
  })

  it('takes any frame for a sign of life', async () => {
    const { clock, ping, dead, heartbeat } = start()
    await clock.advance(25_000)
    heartbeat.heard()
    await clock.advance(10_000)
    expect(dead).not.toHaveBeenCalled()
    await clock.advance(15_000)
    expect(ping).toHaveBeenCalledTimes(2)
  })

  it('pings after each silence, where answers may take longer than that, too', async () => {
    const { clock, ping, dead, heartbeat } = start({ interval: 1000, timeout: 5000 })
    for (let second = 1; second <= 5; second++) {
      await clock.advance(1000)
      expect(ping).toHaveBeenCalledTimes(second)
      heartbeat.heard()
    }
    await clock.advance(1000)
    expect(ping).toHaveBeenCalledTimes(6)
    await clock.advance(4999)
    expect(dead).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(ping).toHaveBeenCalledTimes(6)
    expect(dead).toHaveBeenCalledTimes(1)
  })

  it('asks for nothing with an interval of 0, not even when it is told to', async () => {
    const { clock, ping, dead, heartbeat } = start({ interval: 0 })
    heartbeat.probe()
    await clock.advance(3_600_000)
    expect([ping, dead].map(({ mock }) => mock.calls.length)).toEqual([0, 0])
    expect(clock.pending).toBe(0)
  })

  it('finds the connection dead when none comes in time', async () => {
    const { clock, dead } = start()
    await clock.advance(34_999)
    expect(dead).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(dead).toHaveBeenCalledTimes(1)
    expect(clock.pending).toBe(0)
  })

  it('asks once more when the deadline fires late, as after a sleep', async () => {
    const { clock, ping, dead } = start()
    await clock.advance(25_000)
    clock.sleep(3_600_000)
    await clock.advance(0)
    expect(ping).toHaveBeenCalledTimes(2)
    expect(dead).not.toHaveBeenCalled()
    await clock.advance(10_000)
    expect(dead).toHaveBeenCalledTimes(1)
  })

  it('does not take a throttled tab for a dead connection while replies come', async () => {
    const { clock, ping, dead, heartbeat } = start()
    for (let minute = 0; minute < 10; minute++) {
      clock.sleep(60_000)
      await clock.advance(0)
      heartbeat.heard()
    }
    expect(ping.mock.calls.length).toBeGreaterThan(3)
    expect(dead).not.toHaveBeenCalled()
  })

  it('gives a throttled tab no third chance', async () => {
    const { clock, dead } = start()
    for (let minute = 0; minute < 3; minute++) {
      clock.sleep(60_000)
      await clock.advance(0)
    }
    expect(dead).toHaveBeenCalledTimes(1)
  })

  it('asks at once when it is told to, and not when it is stopped', async () => {
    const { clock, ping, dead, heartbeat } = start()
    heartbeat.probe()
    expect(ping).toHaveBeenCalledTimes(1)
    heartbeat.stop()
    heartbeat.probe()
    await clock.advance(100_000)
    expect(ping).toHaveBeenCalledTimes(1)
    expect(dead).not.toHaveBeenCalled()
  })
})

describe('Outbox', () => {
  const letter = (frame: string, id?: number) => ({
    event: 'e',
    path: '/',
    frame,
    ...(id && { id }),
  })

  it('keeps the order, and takes no more than its limit', () => {
    const outbox = new Outbox(2)
    expect(['a', 'b', 'c'].map((text) => outbox.add(letter(text)))).toEqual([true, true, false])
    expect(outbox.takeAll().map(({ frame }) => frame)).toEqual(['a', 'b'])
    expect(outbox.takeAll()).toEqual([])
    expect(outbox.add(letter('d'))).toBe(true)
  })

  it('gives back the place of a call that was given up', () => {
    const outbox = new Outbox(2)
    outbox.add(letter('a', 1))
    outbox.add(letter('b', 2))
    outbox.remove(1)
    expect(outbox.add(letter('c', 3))).toBe(true)
    expect(outbox.takeAll().map(({ id }) => id)).toEqual([2, 3])
  })
})

describe('PushHandlers', () => {
  const heard = (paths: readonly string[], event: string, path: string): string[] => {
    const handlers = new PushHandlers(() => undefined)
    const found: string[] = []
    for (const own of paths) handlers.add('said', own, () => found.push(own))
    handlers.dispatch({ event, path })
    return found
  }

  it.each([
    ['said', '/chat/a', ['/chat/a', '/chat/*', '/*', '*']],
    ['said', '/chat/b', ['/chat/*', '/*', '*']],
    ['said', '/chat', ['/*', '*']],
    ['said', '/chatter/a', ['/*', '*']],
    ['typing', '/chat/a', []],
  ])('%s on %s is heard by %j', (event, path, expected) => {
    expect(heard(['/chat/a', '/chat/*', '/*', '*'], event, path)).toEqual(expected)
  })

  it('hands over the data and the push', () => {
    const handlers = new PushHandlers(() => undefined)
    const handler = jest.fn()
    handlers.add('said', '/a', handler)
    const push = { event: 'said', path: '/a', params: { room: 'a' }, data: 1 }
    handlers.dispatch(push)
    expect(handler.mock.calls).toEqual([[1, push]])
  })

  it('stops for the one that is off, also in the middle of a push', () => {
    const handlers = new PushHandlers(() => undefined)
    const second = jest.fn()
    const off = { second: () => {} }
    handlers.add('said', '/a', () => off.second())
    off.second = handlers.add('said', '/a', second)
    handlers.dispatch({ event: 'said', path: '/a' })
    handlers.dispatch({ event: 'said', path: '/a' })
    expect(second).not.toHaveBeenCalled()
    off.second()
  })

  it('reports what a handler throws, and calls the others', () => {
    const reported: unknown[] = []
    const handlers = new PushHandlers((error) => reported.push(error))
    const other = jest.fn()
    handlers.add('said', '/a', () => {
      throw new Error('broken')
    })
    handlers.add('said', '/a', other)
    handlers.dispatch({ event: 'said', path: '/a' })
    expect(reported).toEqual([new Error('broken')])
    expect(other).toHaveBeenCalledTimes(1)
  })
})

it('a handler added twice is called twice, and removed one at a time', () => {
  const listeners = new Listeners(() => undefined)
  const handle = jest.fn()
  const off = listeners.add(handle)
  listeners.add(handle)
  listeners.emit()
  off()
  off()
  listeners.emit()
  expect(handle).toHaveBeenCalledTimes(3)
})

describe('RoomHistory', () => {
  it('takes each push once', () => {
    const history = new RoomHistory()
    history.enter({ epoch: 'e', seq: 4 })
    expect([5, 5, 4, 7, 6, 8].map((seq) => history.accept(seq))).toEqual([
      ...[true, false, false, true, false, true],
    ])
    expect(history.position).toEqual({ epoch: 'e', seq: 8 })
  })

  it('takes pushes without seq always', () => {
    const history = new RoomHistory()
    expect([history.accept(undefined), history.accept(undefined)]).toEqual([true, true])
    expect(history.position).toEqual({ epoch: '', seq: 0 })
  })

  it('keeps its place when the room is ahead in the same epoch', () => {
    const history = new RoomHistory()
    history.enter({ epoch: 'e', seq: 4 })
    history.enter({ epoch: 'e', seq: 9 })
    expect(history.accept(5)).toBe(true)
  })

  it('starts anew in another epoch, and after it was forgotten', () => {
    const history = new RoomHistory()
    history.enter({ epoch: 'e', seq: 40 })
    history.enter({ epoch: 'f', seq: 2 })
    expect(history.accept(3)).toBe(true)
    history.forget()
    history.enter({ epoch: 'f', seq: 1 })
    expect([history.accept(1), history.accept(2)]).toEqual([false, true])
  })
})

describe('Roster', () => {
  const ann = { id: 'ann', state: { typing: false } }
  const ben = { id: 'ben', state: { typing: false } }

  it('knows everybody, and oneself', () => {
    const roster = new Roster()
    expect(roster.fill({ self: 'ann', members: [ann, ben] })).toEqual({
      ...{ join: [ann, ben], update: [], leave: [] },
    })
    expect(roster.self).toBe(ann)
    expect([...roster.members.keys()]).toEqual(['ann', 'ben'])
  })

  it('is not filled by a room without presence', () => {
    expect(new Roster().fill({ epoch: 'e', seq: 1 })).toBeUndefined()
  })

  it('makes a new map of each change, with the members that did not change', () => {
    const roster = new Roster()
    roster.fill({ self: 'ann', members: [ann, ben] })
    const before = roster.members
    const typing = { id: 'ben', state: { typing: true } }
    expect(roster.apply({ update: [typing] })).toEqual({ join: [], update: [typing], leave: [] })
    expect(roster.members).not.toBe(before)
    expect(roster.members.get('ann')).toBe(ann)
    expect(before.get('ben')).toBe(ben)
  })

  it('tells who came, changed and went', () => {
    const roster = new Roster()
    roster.fill({ self: 'ann', members: [ann, ben] })
    const cid = { id: 'cid', state: {} }
    expect(roster.apply({ join: [cid, ann], leave: ['ben', 'nobody'] })).toEqual({
      ...{ join: [cid], update: [ann], leave: [ben] },
    })
    expect(roster.clear()).toEqual({ join: [], update: [], leave: [ann, cid] })
    expect(roster.self).toBeUndefined()
  })

  it('compares a second roster with the first', () => {
    const roster = new Roster()
    roster.fill({ self: 'ann', members: [ann, ben] })
    const cid = { id: 'cid', state: {} }
    expect(roster.fill({ self: 'ann', members: [ann, cid] })).toEqual({
      ...{ join: [cid], update: [ann], leave: [ben] },
    })
  })
})

describe('PresenceSender', () => {
  it('sends the first change at once and then the latest per interval', async () => {
    const clock = new FakeClock()
    const sent: unknown[] = []
    const send = (state: unknown) => sent.push(state) > 0
    const sender = new PresenceSender({ platform: clock, interval: 50, send })
    for (let x = 0; x < 4; x++) sender.set(x)
    expect(sent).toEqual([0])
    await clock.advance(50)
    expect(sent).toEqual([0, 3])
    await clock.advance(50)
    sender.set(4)
    expect(sent).toEqual([0, 3, 4])
  })

  it('keeps what could not be sent until it is asked for again', () => {
    const clock = new FakeClock()
    const sent: unknown[] = []
    let isOpen = false
    const send = (state: unknown) => isOpen && sent.push(state) > 0
    const sender = new PresenceSender({ platform: clock, interval: 50, send })
    sender.sendAgain()
    sender.set('first')
    sender.set('latest')
    isOpen = true
    sender.sendAgain()
    expect(sent).toEqual(['latest'])
  })
})
