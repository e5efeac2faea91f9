import { expect, it } from '@jest/globals'
import { IsNumber, IsOptional, IsString } from 'class-validator'
import { Document, MemoryStorage } from 'enfilade/documents'
import { MemoryDocumentStore, type ClientDocument } from 'enfilade/client/documents'
import { Random } from '../fuzz/random.js'
import { openDocuments, synced, until } from '../support/documents/open-documents.js'
import { startApp } from '../support/start-app.js'

class Shape {
  @IsNumber() x!: number
  @IsOptional() @IsString() text?: string
}

interface Fields {
  shape: { x: number; text?: string }
}

const STEPS = 150

it('three clients whose connections are cut at random end with one document, with all that was not deleted', async () => {
  @Document('/board/:board', { records: { shape: Shape }, storage: new MemoryStorage() })
  class Board {}
  const started = await startApp({ controllers: [Board], recovery: true })
  const random = new Random(20_261_121)
  const stores = Array.from({ length: 3 }, () => new MemoryDocumentStore())
  const open = (store: MemoryDocumentStore) =>
    openDocuments(started.url, { store }).document<Fields>('/board/1', { interval: 0 })
  const boards = stores.map(open)
  await Promise.all(boards.map(synced))
  const deleted = new Set<string>()
  const texts = new Map<string, string>()

  const edit = (board: ClientDocument<Fields>, step: number): void => {
    const records = board.records('shape')
    const target = records[random.int(Math.max(1, records.length))]
    const choice = random.int(4)
    board.transact((tx) => {
      if (!target || choice === 0) tx.put({ id: `s${step}`, type: 'shape', x: step, text: '' })
      else if (choice === 1) {
        deleted.add(target.id)
        tx.remove(target.id)
      } else if (choice === 2) tx.patch<'shape'>(target.id, { x: step })
      else {
        // Appended by one and only one: it must be there once, whatever was sent again.
        texts.set(`<${step}>`, target.id)
        tx.patch<'shape'>(target.id, { text: `${target.text ?? ''}<${step}>` })
      }
    })
  }
  for (let step = 0; step < STEPS; step++) {
    const index = random.int(3)
    const board = boards[index] as ClientDocument<Fields>
    const event = random.int(20)
    if (event === 0) {
      // As a page that is reloaded.
      await board.close()
      boards[index] = open(stores[index] as MemoryDocumentStore)
      await boards[index].ready
    } else if (event === 1) {
      const connections = started.app.server.connections()
      connections[random.int(Math.max(1, connections.length))]?.close(1012)
    } else edit(board, step)
    if (step % 5 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(boards.map((board) => board.flush()))
  const room = started.app.documents.get('/board/1')
  const truth = room?.snapshot().records.map(([, record]) => record) ?? []
  /** The same text for the same records, whatever the order of their fields. */
  const textOf = (records: readonly { id: string }[]) =>
    records
      .map((record) => JSON.stringify(Object.entries(record).sort()))
      .sort()
      .join('\n')
  for (const board of boards) {
    await until(board, 'the whole document', () => board.size === truth.length)
    await until(board, 'the same records', () => textOf(board.records()) === textOf(truth))
  }
  expect(truth.length).toBeGreaterThan(5)
  expect(truth.filter(({ id }) => deleted.has(id))).toEqual([])
  for (const [text, id] of texts) {
    const found = truth.find((record) => record.id === id)?.text
    if (typeof found === 'string') expect(found.split(text).length - 1).toBeLessThanOrEqual(1)
  }
}, 60_000)
