import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { ClientDocument } from 'enfilade/client/documents'
import { Broker, hasBroker, REDIS } from '../support/broker.js'
import { openDocuments, synced, until } from '../support/documents/open-documents.js'
import { compileFixture } from '../support/fixture.js'
import { fork, type Child } from '../support/fork.js'
import { freeze } from '../support/freeze.js'

interface Fields {
  shape: { x: number }
}
type Board = ClientDocument<Fields>

const describeRedis = hasBroker(REDIS) ? describe : describe.skip

describeRedis('documents of two processes over Redis', () => {
  let broker: Broker
  let folder: string
  let program: string
  let servers: [Child, Child]
  let running: Child[] = []
  let boards = 0

  beforeAll(async () => {
    program = await compileFixture('spec/support/fixtures/owned-board.ts')
    broker = await Broker.start(REDIS)
    folder = await mkdtemp(join(tmpdir(), 'enfilade-owners-'))
  })
  afterAll(async () => {
    await broker.stop()
    await rm(folder, { recursive: true })
  })

  beforeEach(async () => {
    const env = { BROKER_PORT: String(broker.port), FOLDER: folder }
    const start = async () => {
      const child = await fork(program, { env })
      running.push(child)
      return child
    }
    servers = await Promise.all([start(), start()])
    boards++
  })
  afterEach(async () => {
    await Promise.all(running.map((child) => child.kill()))
    running = []
  })

  const open = async (server: Child): Promise<Board> => {
    const client = openDocuments(`ws://127.0.0.1:${server.port}`)
    const board = client.document<Fields>(`/board/${boards}`, { interval: 1 })
    await synced(board)
    return board
  }
  const is = (kind: string) => (message: unknown) => kind in (message as object)
  const add = (board: Board, id: string) =>
    board.transact((tx) => tx.put({ id, type: 'shape', x: 1 }))

  /** Ann is where the document is; Bob is with the other process. */
  const meet = async (): Promise<[Board, Board]> => {
    const ann = await open(servers[0])
    await servers[0].nextMessage(is('opened'))
    const bob = await open(servers[1])
    add(ann, 'ann')
    add(bob, 'bob')
    await Promise.all([ann.flush(), bob.flush()])
    await until(ann, 'the shape of Bob', () => ann.size === 2)
    return [ann, bob]
  }

  it('go on in the other one when their owner is killed, with all that was durable', async () => {
    const [, bob] = await meet()
    await servers[0].kill()
    add(bob, 'meanwhile')
    await servers[1].nextMessage(is('opened'))
    await synced(bob)
    await bob.flush()
    const cid = await open(servers[1])
    expect(
      cid
        .records()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['ann', 'bob', 'meanwhile'])
  })

  it('are left by an owner that was stopped for too long, whose clients go on with the other', async () => {
    const [ann, bob] = await meet()
    await freeze(servers[0].pid)
    add(ann, 'asleep')
    await servers[1].nextMessage(is('opened'))
    await synced(bob)
    add(bob, 'awake')
    await bob.flush()
    process.kill(servers[0].pid, 'SIGCONT')
    await servers[0].nextMessage(is('closed'))
    await until(bob, 'what was said to the sleeper', () => bob.size === 4)
    await until(ann, 'what was said meanwhile', () => ann.size === 4)
    await ann.flush()
    const cid = await open(servers[1])
    expect(
      cid
        .records()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['ann', 'asleep', 'awake', 'bob'])
  })
})
