import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { DocumentRoom, FileStorage } from 'enfilade/documents'
import { YjsEngine } from 'enfilade/yjs'
import { compileFixture } from '../support/fixture.js'
import { fork } from '../support/fork.js'

const KILLS = Number(process.env.DOCUMENT_KILLS ?? 10)

let folder: string
let writer: string

beforeAll(async () => {
  writer = await compileFixture('spec/support/fixtures/yjs-writer.ts')
})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'enfilade-yjs-kill-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

/** Lets a process write until it has told of so much, then kills it. Returns what it told last. */
async function writeAndKill(reports: number): Promise<number> {
  const child = await fork(writer, { env: { FOLDER: folder } })
  let durable = 0
  const isDurable = (message: unknown) => (message as { durable?: number }).durable !== undefined
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

it(
  `a text has everything that was durable after ${KILLS} kills, in order and once`,
  async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      // Any number will do; these are spread, and the same each time.
      const durable = await writeAndKill(1 + ((kill * 7) % 23))
      const engine = new YjsEngine()
      const storage = new FileStorage({ folder }).open('/text')
      const room = await DocumentRoom.open({ engine, storage })
      const numbers = engine.getArray<number>('numbers').toArray()
      expect(numbers.length).toBeGreaterThanOrEqual(durable)
      expect(numbers).toEqual(Array.from(numbers, (_number, index) => index + 1))
      await room.close()
    }
  },
  30_000 + KILLS * 2_000,
)
