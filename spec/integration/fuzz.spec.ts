import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { chatMessages, fuzzFrames } from '../fuzz/frames.js'
import { fuzzCount, fuzzSeed } from '../fuzz/fuzz-run.js'
import type { SeedMessage } from '../fuzz/message-mutations.js'
import { fuzzUpgrades } from '../fuzz/upgrades.js'
import { fork, type Child } from '../support/fork.js'

/** One correct message for each way through the app of the child process. */
const messages: readonly SeedMessage[] = [
  ...chatMessages,
  { event: 'say', path: '/chat/general', data: { text: 'a', marks: [{ name: 'b', at: 1 }] } },
  { event: 'shout', path: '/chat/general', data: { text: 'loud' } },
  { event: 'join', path: '/chat/private' },
  { event: 'file', path: '/files/a/b%20c/d' },
  { event: 'item', path: '/items/7' },
  { event: 'item', path: '/items' },
  { event: 'enter', path: '/enter', data: { room: '/chat/by-hand' } },
  { event: 'fail', path: '/fail', data: { code: 418 } },
  { event: 'all', path: '/all' },
]

const frames = fuzzCount('FUZZ_FRAMES', 200_000)
const upgrades = fuzzCount('FUZZ_UPGRADES', 2_000)
const timeout = 60_000 + (frames + upgrades) / 2

let child: Child

beforeAll(async () => {
  child = await fork('spec/support/fixtures/fuzz-app.ts', { reportUnhandled: true })
})
afterAll(() => child.kill())

/** Nobody is left over, and nothing was thrown that nobody caught. */
async function expectAtRest(): Promise<void> {
  child.send('report')
  const report = await child.nextMessage()
  expect(report).toMatchObject({
    counters: { connections: 0, inFlight: 0 },
    rooms: 0,
    connections: 0,
  })
  expect(child.unhandled).toEqual([])
  expect(child.stderr).toBe('')
}

describe('an app under fire', () => {
  it(
    `reads ${frames} mutated frames, answers what is correct, and serves others meanwhile`,
    async () => {
      const result = await fuzzFrames(child.port, {
        count: frames,
        seed: fuzzSeed(20_260),
        path: '/fuzz',
        messages,
      })
      expect(result.sent).toBeGreaterThanOrEqual(frames)
      expect(result.confirmed).toBeGreaterThan(frames / 3)
      expect(result.witnessed).toBeGreaterThan(frames / 4000)
      expect(result.pushes).toBeGreaterThan(frames / 100)
      for (const code of ['400', '403', '404', '500']) expect(result.errors).toHaveProperty(code)
      for (const code of ['1006', '4400']) expect(result.closes).toHaveProperty(code)
      await expectAtRest()
    },
    timeout,
  )

  it(
    `answers or ends ${upgrades} mutated upgrades, and serves others meanwhile`,
    async () => {
      const result = await fuzzUpgrades(child.port, {
        count: upgrades,
        seed: fuzzSeed(20_261),
        path: '/fuzz?x=1',
      })
      expect(result.sent).toBeGreaterThanOrEqual(upgrades)
      expect(Object.keys(result.correct)).toEqual(['101'])
      for (const status of ['400', '403', '404', '405', '426']) {
        expect(result.statuses).toHaveProperty(status)
      }
      expect(result.witnessed).toBeGreaterThan(upgrades / 100)
      await expectAtRest()
    },
    timeout,
  )
})
