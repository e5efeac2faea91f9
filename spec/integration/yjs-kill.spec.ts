import { afterEach, expect, it } from '@jest/globals'
import { DocumentRoom, FileStorage } from 'enfilade/documents'
import { YjsEngine } from 'enfilade/yjs'
import { DoomedWriters } from '../support/documents/doomed-writers.js'

const KILLS = Number(process.env.DOCUMENT_KILLS ?? 10)

let writers: DoomedWriters | undefined

afterEach(() => writers?.stop())

it(
  `a text has everything that was durable after ${KILLS} kills, in order and once`,
  async () => {
    writers = await DoomedWriters.start('yjs-writer.ts')
    for (let kill = 0; kill < KILLS; kill++) {
      const durable = await writers.writeAndKill(kill)
      const engine = new YjsEngine()
      const storage = new FileStorage({ folder: writers.folder }).open('/text')
      const room = await DocumentRoom.open({ engine, storage })
      const numbers = engine.getArray<number>('numbers').toArray()
      expect(numbers.length).toBeGreaterThanOrEqual(durable)
      expect(numbers).toEqual(Array.from(numbers, (_number, index) => index + 1))
      await room.close()
    }
  },
  30_000 + KILLS * 4_000,
)
