import { afterEach, expect, it } from '@jest/globals'
import { DocumentRoom, FileStorage, RecordsEngine, type SyncPolicy } from 'enfilade/documents'
import { DoomedWriters } from '../support/documents/doomed-writers.js'

const KILLS = Number(process.env.DOCUMENT_KILLS ?? 20)

let writers: DoomedWriters | undefined

afterEach(() => writers?.stop())

/** What is wrong with what a killed process left. */
async function inspect(folder: string, sync: SyncPolicy, durable: number): Promise<string[]> {
  const faults: string[] = []
  const room = await DocumentRoom.open({
    engine: new RecordsEngine({ records: { item: {} } }),
    storage: new FileStorage({ folder, sync }).open('/document'),
  })
  const { clock } = room
  if (clock < durable) faults.push(`${durable} was durable, ${clock} is left`)
  if (room.get('counter')?.at !== clock) faults.push(`the counter does not say ${clock}`)
  for (let at = Math.max(1, clock - 199); at <= clock; at++) {
    const item = room.get(`item ${at}`)
    if ((item?.text as string | undefined)?.length !== (at * 97) % 3_000)
      faults.push(`item ${at} is not whole`)
  }
  if (room.get(`item ${clock - 200}`)) faults.push('a removed item is there')
  await room.close()
  return faults
}

for (const [sync, kills] of [
  ['always', KILLS],
  ['never', Math.ceil(KILLS / 4)],
] as const) {
  it(
    `nothing that was reported durable is missing after ${kills} kills under load, with sync: ${sync}`,
    async () => {
      writers = await DoomedWriters.start('document-writer.ts', { SYNC: sync })
      for (let kill = 0; kill < kills; kill++) {
        const durable = await writers.writeAndKill(kill)
        expect(await inspect(writers.folder, sync, durable)).toEqual([])
      }
    },
    30_000 + kills * 2_000,
  )
}
