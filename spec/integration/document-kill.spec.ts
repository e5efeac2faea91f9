import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { DocumentRoom, FileStorage, RecordsEngine, type SyncPolicy } from 'enfilade/documents'
import { compileFixture } from '../support/fixture.js'
import { fork } from '../support/fork.js'

const KILLS = Number(process.env.DOCUMENT_KILLS ?? 20)

let folder: string
let writer: string

beforeAll(async () => {
  writer = await compileFixture('spec/support/fixtures/document-writer.ts')
})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'enfilade-kill-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

/** Lets a process write until it has told of so much, then kills it. Returns what it told last. */
async function writeAndKill(sync: SyncPolicy, reports: number): Promise<number> {
  const child = await fork(writer, {
    env: { FOLDER: folder, SYNC: sync },
  })
  const isDurable = (message: unknown) => (message as { durable?: number }).durable !== undefined
  let durable = 0
  const next = async () => {
    durable = ((await child.nextMessage(isDurable)) as { durable: number }).durable
  }
  for (let left = reports; left > 0; left--) await next()
  const exit = await child.kill()
  expect(exit.stderr).toBe('')
  // What it said with its last breath counts too.
  await expect(
    (async () => {
      for (;;) await next()
    })(),
  ).rejects.toThrow('ended')
  return durable
}

/** What is wrong with what a killed process left. */
async function inspect(sync: SyncPolicy, durable: number): Promise<string[]> {
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
      for (let kill = 0; kill < kills; kill++) {
        // Any number will do; these are spread, and the same each time.
        const durable = await writeAndKill(sync, 1 + ((kill * 7) % 23))
        expect(await inspect(sync, durable)).toEqual([])
      }
    },
    30_000 + kills * 2_000,
  )
}
