import { describe, expect, it } from '@jest/globals'
import {
  DocumentRoom,
  RecordsEngine,
  type JsonValue,
  type RecordMigration,
  type RecordType,
} from 'enfilade/documents'
import { WsError } from 'enfilade'
import { DistantRecords } from '../../../lib/documents/records/distant-records.js'

/** From `at` to `x`. */
const RENAMED: RecordMigration = {
  up: ({ at = 0, ...rest }) => ({ ...rest, x: at }),
  down: ({ x = 0, ...rest }) => ({ ...rest, at: x }),
}

const check: RecordType['check'] = ({ x }) => {
  if (typeof x !== 'number') throw new WsError(400, 'x is no number')
}

async function meet(schema: Record<string, number>, migrations: RecordMigration[] = [RENAMED]) {
  const engine = new RecordsEngine({ records: { shape: { check, migrations }, note: {} } })
  const room = await DocumentRoom.open({ engine })
  room.transact((tx) => {
    tx.put({ id: 'a', type: 'shape', x: 1 })
    tx.put({ id: 'n', type: 'note' })
  })
  let count = 0
  const document = new DistantRecords(schema, { client: 'other', next: () => ++count })
  const asked: JsonValue[] = []
  const ask = (question: JsonValue): Promise<JsonValue> => {
    asked.push(question)
    return new Promise((resolve) => resolve(engine.distant.answer(question)))
  }
  return { room, document, ask, asked }
}

describe('records of another process', () => {
  it('are those of the version that it knows, when it is older', async () => {
    const { room, document, ask } = await meet({ shape: 1 })
    const { result } = await document
      .begin((tx) => {
        tx.patch('a', { at: 2 })
        tx.put({ id: 'b', type: 'shape', at: 5 })
        return tx.records()
      })
      .run(ask)
    expect(result).toEqual([
      { id: 'a', type: 'shape', at: 2 },
      { id: 'b', type: 'shape', at: 5 },
    ])
    expect([room.get('a'), room.get('b')]).toMatchObject([{ x: 2 }, { x: 5 }])
    expect(room.get('n')).toEqual({ id: 'n', type: 'note' })
  })

  it('cannot be worked on when it is newer, or there is no way back', async () => {
    const newer = await meet({ shape: 3, note: 1 })
    await expect(newer.document.begin(() => 1).run(newer.ask)).rejects.toMatchObject({ code: 503 })
    const outdated = await meet({ shape: 1, note: 1 }, [{ up: RENAMED.up }])
    const done = outdated.document.begin(() => 1).run(outdated.ask)
    await expect(done).rejects.toMatchObject({ code: 503 })
  })

  it('are brought up to date by what has changed, and a look at them asks for nothing more', async () => {
    const { room, document, ask, asked } = await meet({ shape: 2, note: 1 })
    const look = () => document.begin((tx) => tx.records().map(({ id }) => id)).run(ask)
    expect((await look()).result).toEqual(['a', 'n'])
    room.transact((tx) => {
      tx.remove('n')
      tx.put({ id: 'z', type: 'note' })
    })
    const { cursor } = asked[0] as { cursor?: object }
    expect(cursor).toBeUndefined()
    expect((await look()).result).toEqual(['a', 'z'])
    expect(asked).toMatchObject([{ do: 'sync' }, { do: 'sync', cursor: { clock: 1 } }])
  })

  it('are taken anew when the document has another history', async () => {
    const { document, ask } = await meet({ shape: 2, note: 1 })
    await document.begin((tx) => tx.put({ id: 'b', type: 'note' })).run(ask)
    const other = await meet({})
    const { result, mark } = await document.begin((tx) => tx.records().length).run(other.ask)
    expect(result).toBe(2)
    expect(other.room.engine.distant.holds(mark)).toBe(true)
    expect(other.room.engine.distant.holds({ epoch: 'nobody’s', clock: 1 })).toBe(false)
  })
})
