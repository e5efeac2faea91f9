import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ownText } from '../../../lib/protocol/own-text.js'

describe('ownText', () => {
  it('is the same text, broken characters included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => expect(ownText(text)).toBe(text)),
    )
    expect(ownText('\ud800')).toBe('\ud800')
  })
})
