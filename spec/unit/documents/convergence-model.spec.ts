import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { faultsOf, History, stepArbitrary } from '../../support/documents/document-histories.js'
import { DocumentWorld } from '../../support/documents/document-world.js'

const RUNS = Number(process.env.DOCUMENT_HISTORIES ?? 500)
const SEED = Number(process.env.PROPERTY_SEED ?? 1)

it(
  `three clients and the room agree after any of ${RUNS} histories of edits, drops, reloads and crashes`,
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(stepArbitrary, { minLength: 20, maxLength: 100, size: 'max' }),
        async (steps) => {
          const world = new DocumentWorld()
          await world.start()
          for (const client of world.clients) world.sync(client)
          const history = new History(world)
          for (const step of steps) await history.run(step)
          await world.settle()
          expect(faultsOf(world, history)).toEqual([])
        },
      ),
      { numRuns: RUNS, seed: SEED },
    )
  },
  60_000 + RUNS * 100,
)
