import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  DocumentRoom,
  RecordsEngine,
  type DocumentStorage,
  type DocumentStorages,
  type StoredDocument,
} from 'enfilade/documents'
import { note } from '../support/documents/open-room.js'

/** What a storage brings to its contract suite. */
export interface StorageSuite {
  /** Makes storages over a place that is empty. */
  create(): Promise<DocumentStorages> | DocumentStorages
  /** Another process over the same place. */
  reopen(storages: DocumentStorages): DocumentStorages
  end?(): Promise<void>
}

const text = (value: string) => new TextEncoder().encode(value)

function shown({ snapshot, changes }: StoredDocument): [string | undefined, string[]] {
  const decoder = new TextDecoder()
  return [snapshot && decoder.decode(snapshot), changes.map((change) => decoder.decode(change))]
}

/** What every storage of documents has to do. */
export function describeDocumentStorage(name: string, suite: StorageSuite): void {
  let storages: DocumentStorages
  let keys = 0

  const nextKey = () => `/documents/${keys++}`

  async function open(key: string): Promise<DocumentStorage> {
    const storage = storages.open(key)
    await storage.load()
    return storage
  }

  /** What another process finds. */
  async function found(
    key: string,
    storage: DocumentStorage,
  ): Promise<[string | undefined, string[]]> {
    await storage.close?.()
    const other = suite.reopen(storages).open(key)
    const stored = await other.load()
    await other.close?.()
    return shown(stored)
  }

  describe(`${name} is a storage of documents`, () => {
    beforeAll(async () => {
      storages = await suite.create()
    }, 60_000)
    afterAll(() => suite.end?.())

    it('has nothing of a document that is new', async () => {
      const key = nextKey()
      const storage = storages.open(key)
      expect(shown(await storage.load())).toEqual([undefined, []])
      expect(await found(key, storage)).toEqual([undefined, []])
    })

    it('keeps changes in order, each as it is, through another process', async () => {
      const key = nextKey()
      const storage = await open(key)
      await storage.append?.([text('one'), text(''), text('ünï 💬 \u0000')])
      await storage.append?.([text('x'.repeat(5_000))])
      const expected = [undefined, ['one', '', 'ünï 💬 \u0000', 'x'.repeat(5_000)]]
      expect(await found(key, storage)).toEqual(expected)
    })

    it('forgets the changes before a snapshot, and keeps those after it', async () => {
      const key = nextKey()
      const storage = await open(key)
      await storage.append?.([text('old')])
      await storage.save(text('first'))
      await storage.append?.([text('new')])
      await storage.save(text('second'))
      await storage.append?.([text('newer')])
      expect(await found(key, storage)).toEqual(['second', ['newer']])
    })

    it('goes on where it was after it was opened again', async () => {
      const key = nextKey()
      const first = await open(key)
      await first.append?.([text('one')])
      await first.close?.()
      const second = await open(key)
      await second.append?.([text('two')])
      expect(await found(key, second)).toEqual([undefined, ['one', 'two']])
    })

    it('merges what several write, and loses nothing that comes meanwhile', async () => {
      const key = nextKey()
      const first = await open(key)
      // For one process alone there is nothing to merge.
      if (!first.merge) return
      const writers = Array.from({ length: 4 }, () => suite.reopen(storages).open(key))
      const wordsOf = (stored: StoredDocument) => {
        const [snapshot = '', changes] = shown(stored)
        return [...snapshot.split(' '), ...changes].filter((word) => word !== '')
      }
      await Promise.all(
        writers.flatMap((writer, index) => [
          writer.append?.([text(`a${index}`), text(`b${index}`)]) ?? Promise.resolve(),
          writer.merge?.((stored) => text([...new Set(wordsOf(stored)), `m${index}`].join(' '))) ??
            Promise.resolve(),
          writer.append?.([text(`c${index}`)]) ?? Promise.resolve(),
        ]),
      )
      await first.append?.([text('last')])
      await first.merge((stored) => text(wordsOf(stored).join(' ')))
      const [words, left] = await found(key, first)
      const expected = ['a', 'b', 'c', 'm'].flatMap((name) =>
        [0, 1, 2, 3].map((n) => `${name}${n}`),
      )
      expect([words?.split(' ').sort(), left]).toEqual([[...expected, 'last'].sort(), []])
    })

    it('leaves what is stored as it is when a merge throws', async () => {
      const key = nextKey()
      const storage = await open(key)
      await storage.append?.([text('one')])
      const merge = async () =>
        storage.merge?.(() => {
          throw new Error('no')
        })
      if (storage.merge) await expect(merge()).rejects.toThrow('no')
      expect(await found(key, storage)).toEqual([undefined, ['one']])
    })

    it('refuses what a former owner writes from the moment that the next one loads', async () => {
      if (!storages.checksTokens) return
      const key = nextKey()
      const former = storages.open(key, 7)
      await former.load()
      await former.save(text('kept'))
      await former.append?.([text('kept too')])
      const next = suite.reopen(storages).open(key, 8)
      expect(shown(await next.load())).toEqual(['kept', ['kept too']])
      const stale = expect.objectContaining({ name: 'StaleOwnerError' })
      await expect(former.append?.([text('late')])).rejects.toEqual(stale)
      await expect(former.save(text('late'))).rejects.toEqual(stale)
      await expect(former.merge?.(() => text('late'))).rejects.toEqual(stale)
      await expect(suite.reopen(storages).open(key, 7).load()).rejects.toEqual(stale)
      await next.append?.([text('new')])
      expect(await found(key, next)).toEqual(['kept', ['kept too', 'new']])
    })

    it('loses no write of an owner that the next one has not seen, however they cross', async () => {
      if (!storages.checksTokens) return
      const key = nextKey()
      const taken: string[] = []
      let seen: string[] = []
      for (let token = 1; token <= 8; token++) {
        const owner = suite.reopen(storages).open(key, token)
        await owner.load()
        const writes = [0, 1, 2].map(async (n) => {
          const word = `${token}.${n}`
          await owner.append?.([text(word)]).then(
            () => taken.push(word),
            () => undefined,
          )
        })
        const next = suite.reopen(storages).open(key, token + 1)
        const [, changes] = shown(await next.load())
        seen = changes
        await Promise.all(writes)
        // What was taken before the next one loaded is there; what came later was refused.
        expect(taken.filter((word) => !seen.includes(word))).toEqual([])
      }
      expect(shown(await suite.reopen(storages).open(key).load())[1].sort()).toEqual(taken.sort())
    })

    it.each([
      ['case', '/a/B', '/a/b'],
      ['an escape', '/a b', '/a%20b'],
      ['a separator', '/a/b', '/a_b'],
      ['the end', `/${'x'.repeat(1000)}1`, `/${'x'.repeat(1000)}2`],
      ['unicode that looks the same', '/\u00e9', '/e\u0301'],
      ['quotes', "/a'b", '/a"b'],
    ])('keeps keys apart that differ in %s', async (_what, one, other) => {
      const [a, b] = [await open(one), await open(other)]
      await a.save(text(one))
      await b.save(text(other))
      expect([await found(one, a), await found(other, b)]).toEqual([
        [one, []],
        [other, []],
      ])
    })

    it.each([
      '',
      '..',
      '/..',
      '/a/../../b',
      '/./a',
      '/a\u0000b',
      '/a\nb',
      'C:\\a',
      '/\udc00',
      'é'.repeat(600),
    ])('refuses the key %j', (key) => {
      expect(() => storages.open(key)).toThrow(expect.objectContaining({ code: 400 }))
    })

    it('keeps a document through rooms that are opened and closed', async () => {
      const key = nextKey()
      for (let round = 0; round < 3; round++) {
        const room = await DocumentRoom.open({
          engine: new RecordsEngine({ records: { note: {} } }),
          storage: suite.reopen(storages).open(key),
        })
        expect(room.engine.size).toBe(round)
        room.transact((tx) => tx.put(note(`note ${round}`, { text: 'ünï "💬"' })))
        await room.flush()
        expect(room.durable).toBe(room.clock)
        await room.close()
      }
    })
  })
}
