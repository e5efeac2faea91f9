import { expect, it } from '@jest/globals'
import { FrameCopies } from '../../../lib/uws/frame-copies.js'

it('copies frames that stay as they were, whatever their sizes', () => {
  const copies = new FrameCopies()
  const sizes = Array.from({ length: 300 }, (_, n) => (n * 37) % 1_500)
  const source = new Uint8Array(1_500)
  const kept = sizes.map((size, n) => {
    source.fill(n)
    return copies.of(source.slice(0, size).buffer)
  })
  source.fill(0xff)
  expect(kept.map(({ length }) => length)).toEqual(sizes)
  for (const [n, frame] of kept.entries()) {
    expect(frame.every((byte) => byte === n % 256)).toBe(true)
    expect(frame.byteOffset % 8).toBe(0)
  }
  // A frame that is kept keeps little besides.
  expect(Math.max(...kept.map(({ buffer }) => buffer.byteLength))).toBe(8 * 1_024)
})
