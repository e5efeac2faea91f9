import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { byteLength, exceedsBytes } from '../../../lib/protocol/byte-length.js'

it('a text exceeds a limit when its bytes do, whatever it is made of', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(130), (text, limit) => {
      expect(exceedsBytes(text, limit)).toBe(byteLength(text) > limit)
    }),
    { numRuns: 500 },
  )
  const euros = '€'.repeat(85)
  expect([exceedsBytes(euros, 255), exceedsBytes(euros, 254)]).toEqual([false, true])
})
