import { describe, expect, it } from '@jest/globals'
import { DEFAULT_LIMITS, resolveLimits } from '../../../lib/options/defaults.js'

describe('resolveLimits', () => {
  it('puts the defaults in', () => {
    expect(resolveLimits({})).toEqual(DEFAULT_LIMITS)
    expect(resolveLimits({ maxPayload: undefined })).toEqual(DEFAULT_LIMITS)
  })

  it('keeps what is given, and fills a backpressure given in part', () => {
    const limits = resolveLimits({
      maxDepth: 5,
      rateLimit: false,
      backpressure: { policy: 'drop' },
    })
    expect(limits).toEqual({
      ...DEFAULT_LIMITS,
      maxDepth: 5,
      rateLimit: false,
      backpressure: { limit: 1024 * 1024, policy: 'drop' },
    })
  })

  it('takes nothing that is no limit', () => {
    expect(resolveLimits({ controllers: [] } as never)).toEqual(DEFAULT_LIMITS)
  })
})
