import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Pool } from 'pg'
import { FileStorage, MemoryStorage, PostgresStorage, type SyncPolicy } from 'enfilade/documents'
import { hasPostgres, PostgresServer } from '../support/documents/postgres-server.js'
import { describeDocumentStorage } from './document-storage.contract.js'

describeDocumentStorage('MemoryStorage', {
  create: () => new MemoryStorage(),
  reopen: (storages) => storages,
})

for (const sync of ['always', 'never'] satisfies SyncPolicy[]) {
  let folder = ''
  describeDocumentStorage(`FileStorage with sync: ${sync}`, {
    create: async () => {
      folder = await mkdtemp(join(tmpdir(), 'enfilade-files-'))
      return new FileStorage({ folder, sync })
    },
    reopen: () => new FileStorage({ folder, sync }),
    end: () => rm(folder, { recursive: true }),
  })
}

const describePostgres = hasPostgres() ? describe : describe.skip

describePostgres('over a real PostgreSQL', () => {
  let server: PostgresServer
  let pool: Pool

  beforeAll(async () => {
    server = await PostgresServer.start()
    pool = new Pool({ host: server.folder, user: 'postgres', database: 'postgres', max: 4 })
  }, 60_000)

  afterAll(async () => {
    await pool.end()
    await server.stop()
  })

  describeDocumentStorage('PostgresStorage', {
    create: async () => {
      const storage = new PostgresStorage({ pool })
      // Twice at once: two processes that start together.
      await Promise.all([storage.createTables(), storage.createTables()])
      return storage
    },
    reopen: () => new PostgresStorage({ pool }),
  })

  it('keeps its tables where it is told to, and refuses names that are none', async () => {
    await pool.query('CREATE SCHEMA boards')
    const storage = new PostgresStorage({ pool, table: 'boards.docs' })
    await storage.createTables()
    await storage.open('/a').save(new Uint8Array([1, 2]))
    const { rows } = await pool.query('SELECT key, snapshot FROM boards.docs')
    expect(rows).toEqual([{ key: '/a', snapshot: Buffer.from([1, 2]) }])
    for (const table of ['', 'a b', 'a;drop', 'A', 'x'.repeat(60), 'a.b.c']) {
      expect(() => new PostgresStorage({ pool, table })).toThrow(TypeError)
    }
  })

  it('does an append as a whole or not at all', async () => {
    const storage = new PostgresStorage({ pool, table: 'checked' })
    await storage.createTables()
    await pool.query('ALTER TABLE checked_changes ADD CHECK (length(change) < 10)')
    const document = storage.open('/a')
    const changes = [new Uint8Array(1), new Uint8Array(20)]
    await expect(document.append?.(changes)).rejects.toThrow('check')
    expect((await document.load()).changes).toEqual([])
  })
})

it('FileStorage refuses options that make no sense', () => {
  expect(() => new FileStorage({ folder: '' })).toThrow(TypeError)
  expect(() => new FileStorage({ folder: '/tmp', sync: 'sometimes' as never })).toThrow('sync')
})
