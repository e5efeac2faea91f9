import { describe, expect, it } from '@jest/globals'
import { heaviest, type CpuProfile } from '../../../benchmarks/report/profile.js'
import { renderShares } from '../../../benchmarks/report/table.js'

const frame = (functionName: string, url = '', lineNumber = -1): CpuProfile['nodes'][number] => ({
  id: nextId++,
  callFrame: { functionName, url, lineNumber },
})
let nextId = 1

const profile: CpuProfile = {
  nodes: [
    frame('(idle)'),
    frame('encode', 'file:///app/dist/protocol/codec.js', 7),
    frame('', 'file:///app/dist/runtime/dispatcher.js', 0),
    // The same function, called from elsewhere.
    frame('encode', 'file:///app/dist/protocol/codec.js', 7),
  ],
  samples: [1, 2, 3, 4, 1],
  timeDeltas: [500, 200, 100, 100, 500],
}

describe('heaviest', () => {
  it('adds up what a function took by itself, wherever it was called from', () => {
    expect(heaviest(profile)).toEqual([
      { name: 'encode protocol/codec.js:8', share: 0.75 },
      { name: '(anonymous) runtime/dispatcher.js:1', share: 0.25 },
    ])
  })

  it('is nothing when the server did nothing', () => {
    expect(heaviest({ ...profile, samples: [1], timeDeltas: [9] })).toEqual([])
  })
})

it('a profile is told with the share of each function', () => {
  expect(renderShares(heaviest(profile))).toBe(
    '  75.0 %  encode protocol/codec.js:8\n  25.0 %  (anonymous) runtime/dispatcher.js:1',
  )
})
