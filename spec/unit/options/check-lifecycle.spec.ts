import { availableParallelism } from 'node:os'
import { describe, expect, it } from '@jest/globals'
import { checkCluster, checkHealth, checkSignals } from '../../../lib/options/check-lifecycle.js'
import { resolveCluster, resolveSignals } from '../../../lib/options/defaults.js'

const NO_SIGNALS = 'must be true, false, or { drain, delay, signals }'
const NO_HEALTH = 'must be true, false, or { live, ready, workers }'

describe('the option signals', () => {
  it.each([
    [true],
    [false],
    [{}],
    [{ drain: 0, delay: 0.5 }],
    [{ drain: undefined, signals: ['SIGHUP'] }],
  ])('may be %j', (value) => {
    expect(checkSignals(value)).toBeUndefined()
  })

  it.each([
    ['SIGTERM', NO_SIGNALS],
    [1, NO_SIGNALS],
    [null, NO_SIGNALS],
    [['SIGTERM'], NO_SIGNALS],
    [{ grace: 1 }, 'grace is no part of it; there are drain, delay, signals'],
    [{ drain: -1 }, 'drain must be seconds, 0 or more, got -1'],
    [{ drain: '8' }, 'drain must be seconds, 0 or more, got "8"'],
    [{ delay: Infinity }, 'delay must be seconds, 0 or more, got Infinity'],
    [{ delay: NaN }, 'delay must be seconds, 0 or more, got NaN'],
    [{ signals: [] }, 'signals must be a list of names'],
    [{ signals: 'SIGTERM' }, 'signals must be a list of names'],
    [{ signals: ['SIGTERM', 'TERM'] }, '"TERM" is no signal that can be heard'],
    [{ signals: ['SIGKILL'] }, '"SIGKILL" is no signal that can be heard'],
    [{ signals: [15] }, '15 is no signal that can be heard'],
    [{ signals: ['toString'] }, '"toString" is no signal that can be heard'],
  ])('%j is refused', (value, fault) => {
    expect(checkSignals(value)).toBe(fault)
  })

  it('has defaults where nothing is said, and is off when it is not there', () => {
    const defaults = { drain: 8, delay: 0, signals: ['SIGTERM', 'SIGINT'] }
    expect(resolveSignals(true)).toEqual(defaults)
    expect(resolveSignals({ drain: undefined, delay: 5 })).toEqual({ ...defaults, delay: 5 })
    expect([resolveSignals(false), resolveSignals(undefined)]).toEqual([undefined, undefined])
  })
})

describe('the option health', () => {
  it.each([[true], [false], [{}], [{ live: '/a' }], [{ live: undefined, ready: '/b/c' }]])(
    'may be %j',
    (value) => {
      expect(checkHealth(value)).toBeUndefined()
    },
  )

  it.each([
    ['/health', NO_HEALTH],
    [[], NO_HEALTH],
    [null, NO_HEALTH],
    [{ path: '/a' }, 'path is no part of it; there are live, ready, workers'],
    [{ live: 'a' }, 'live must be a path such as "/healthz", got "a"'],
    [{ ready: false }, 'ready must be a path such as "/healthz", got false'],
    [{ live: '/a', ready: '/a' }, 'live, ready and workers must differ, got "/a" twice'],
    [{ ready: '/livez' }, 'live, ready and workers must differ, got "/livez" twice'],
    [{ workers: '/readyz' }, 'live, ready and workers must differ, got "/readyz" twice'],
  ])('%j is refused', (value, fault) => {
    expect(checkHealth(value)).toBe(fault)
  })
})

describe('the option cluster', () => {
  it.each([[{ workers: 1 }], [{ workers: 1_024 }], [{ workers: 'auto', startTimeout: 0.5 }]])(
    'may be %j',
    (value) => {
      expect(checkCluster(value)).toBeUndefined()
    },
  )

  const COUNT = "workers must be a whole number from 1 to 1024, or 'auto', got"

  it.each([
    [4, 'must be { workers }'],
    [true, 'must be { workers }'],
    [null, 'must be { workers }'],
    [{}, `${COUNT} undefined`],
    [{ workers: 0 }, `${COUNT} 0`],
    [{ workers: 1_025 }, `${COUNT} 1025`],
    [{ workers: 1.5 }, `${COUNT} 1.5`],
    [{ workers: '2' }, `${COUNT} "2"`],
    [{ workers: 2, startTimeout: 0 }, 'startTimeout must be seconds, more than 0, got 0'],
    [{ workers: 2, size: 3 }, 'size is no part of it; there are workers, startTimeout'],
  ])('%j is refused', (value, fault) => {
    expect(checkCluster(value)).toBe(fault)
  })

  it('has defaults', () => {
    expect(resolveCluster(undefined)).toBeUndefined()
    expect(resolveCluster({ workers: 3 })).toEqual({ workers: 3, startTimeout: 60 })
    const { workers } = resolveCluster({ workers: 'auto' }) ?? { workers: 0 }
    expect(workers).toBe(availableParallelism())
  })
})
