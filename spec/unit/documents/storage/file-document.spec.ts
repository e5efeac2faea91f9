import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { DocumentRoom, RecordsEngine, type StorageReport } from 'enfilade/documents'
import { FileDocument } from '../../../../lib/documents/storage/file-document.js'
import { encodeFrame, readLog, LOG_HEADER } from '../../../../lib/documents/storage/log-frames.js'

let folder: string
let document: FileDocument

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'enfilade-file-')), 'a', 'b')
  document = new FileDocument(folder, 'always')
})

afterEach(async () => {
  await document.close()
  rmSync(join(folder, '..', '..'), { recursive: true })
})

const bytes = (text: string) => new TextEncoder().encode(text)
const path = (name: string) => join(folder, name)

async function loaded(): Promise<string[]> {
  const { changes } = await document.load()
  return changes.map((change) => String(Buffer.from(change)))
}

async function write(...appends: string[][]): Promise<Buffer> {
  await document.load()
  for (const changes of appends) await document.append(changes.map(bytes))
  await document.close()
  return readFileSync(path('log'))
}

describe('the end of a log that a crash tore', () => {
  it('is cut at whatever byte, told, kept aside, and written over', async () => {
    const whole = await write(['one', 'two'], ['three', 'four'])
    const firstEnd = LOG_HEADER.length + encodeFrame([bytes('one'), bytes('two')]).length
    for (let length = whole.length - 1; length > 0; length--) {
      for (const name of readdirSync(folder)) rmSync(path(name))
      writeFileSync(path('log'), whole.subarray(0, length))
      const { changes, cut } = await document.load()
      const expected = length < firstEnd ? [] : ['one', 'two']
      expect(changes.map((change) => String(Buffer.from(change)))).toEqual(expected)
      const end = length < firstEnd ? Math.min(length, LOG_HEADER.length) : firstEnd
      const lost = length < LOG_HEADER.length ? length : length - end
      expect(cut?.bytes ?? 0).toBe(lost)
      expect(readdirSync(folder).some((name) => name.startsWith('log.cut-'))).toBe(lost > 0)
      await document.append([bytes('after')])
      expect(await loaded()).toEqual([...expected, 'after'])
    }
  })

  it('is cut when its bytes are not what was written', async () => {
    const whole = await write(['one'], ['two'])
    whole[whole.length - 1]! ^= 1
    writeFileSync(path('log'), whole)
    expect(await loaded()).toEqual(['one'])
  })

  it('is told to the room, which opens', async () => {
    await write()
    writeFileSync(path('log'), Buffer.concat([LOG_HEADER, Buffer.from('torn')]))
    const reports: StorageReport[] = []
    const room = await DocumentRoom.open({
      engine: new RecordsEngine({ records: {} }),
      storage: document,
      onStorage: (report) => reports.push(report),
    })
    expect(reports).toEqual([
      { kind: 'cut', cut: { bytes: 4, reason: 'the end of the log is torn' } },
    ])
    await room.close()
  })
})

describe('what no crash does', () => {
  it('a broken frame with whole ones after it is refused, and left as it is', async () => {
    const whole = await write(['one'], ['two'])
    whole[LOG_HEADER.length + 14]! ^= 1
    writeFileSync(path('log'), whole)
    await expect(document.load()).rejects.toMatchObject({ name: 'DocumentStorageError' })
    expect(readFileSync(path('log')).equals(whole)).toBe(true)
    await expect(document.append([bytes('x')])).rejects.toThrow('has not been loaded')
    // Without syncing, a power cut may have done it.
    const unsynced = new FileDocument(folder, 'never')
    expect((await unsynced.load()).changes).toEqual([])
    await unsynced.close()
  })

  it('a log that is another file is refused', async () => {
    await write(['one'])
    writeFileSync(path('log'), 'something else')
    await expect(document.load()).rejects.toMatchObject({ name: 'DocumentStorageError' })
    expect(readFileSync(path('log'), 'utf8')).toBe('something else')
  })

  it('a broken snapshot is refused, whatever byte it is, and nothing is written over it', async () => {
    await document.load()
    await document.save(bytes('precious'))
    await document.close()
    const whole = readFileSync(path('snapshot'))
    for (let at = 0; at < whole.length; at++) {
      const broken = Buffer.from(whole)
      broken[at]! ^= 0x10
      writeFileSync(path('snapshot'), broken)
      await expect(document.load()).rejects.toMatchObject({ name: 'DocumentStorageError' })
      await expect(document.save(bytes('x'))).rejects.toThrow('has not been loaded')
      expect(readFileSync(path('snapshot')).equals(broken)).toBe(true)
    }
    writeFileSync(path('snapshot'), whole.subarray(0, 5))
    await expect(document.load()).rejects.toMatchObject({ name: 'DocumentStorageError' })
    writeFileSync(path('snapshot'), whole)
    expect(String(Buffer.from((await document.load()).snapshot!))).toBe('precious')
  })
})

it('a snapshot that was being written is forgotten', async () => {
  await write(['one'])
  writeFileSync(path('snapshot.new'), 'half')
  expect(await loaded()).toEqual(['one'])
  expect(readdirSync(folder)).toEqual(['log'])
})

it('changes that a snapshot has already do no harm: the process ended between the two', async () => {
  const room = await DocumentRoom.open({
    engine: new RecordsEngine({ records: { note: {} } }),
    storage: document,
  })
  room.transact((tx) => tx.put({ id: 'a', type: 'note', list: [] }))
  room.transact((tx) => tx.patch('a', { list: [1] }))
  await room.flush()
  const log = readFileSync(path('log'))
  await room.close()
  writeFileSync(path('log'), log)
  const again = await DocumentRoom.open({
    engine: new RecordsEngine({ records: { note: {} } }),
    storage: document,
  })
  expect([again.get('a')?.list, again.clock]).toEqual([[1], 2])
  await again.close()
})

it('a save that fails leaves the log and the snapshot before it', async () => {
  await write(['one'])
  await document.load()
  // A file cannot take the place of a folder.
  mkdirSync(path('snapshot'))
  await expect(document.save(bytes('x'))).rejects.toThrow()
  await document.append([bytes('two')])
  rmdirSync(path('snapshot'))
  expect(await loaded()).toEqual(['one', 'two'])
})

it('readLog never throws, whatever the bytes', () => {
  const whole = Buffer.concat([LOG_HEADER, encodeFrame([bytes('one')]), encodeFrame([])])
  for (let at = 0; at < whole.length; at++) {
    for (const value of [0, 1, 127, 255]) {
      const broken = Buffer.from(whole)
      broken[at] = value
      expect(readLog(broken).changes.length).toBeLessThanOrEqual(1)
    }
  }
})
