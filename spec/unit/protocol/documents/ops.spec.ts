import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { applyOp } from '../../../../lib/protocol/documents/apply-ops.js'
import { Reassembly, splitFrame } from '../../../../lib/protocol/documents/chunks.js'
import { composeOps } from '../../../../lib/protocol/documents/compose-ops.js'
import { diffRecord } from '../../../../lib/protocol/documents/diff-record.js'
import {
  idOf,
  type DocumentRecord,
  type FieldOp,
  type JsonValue,
  type RecordOp,
} from '../../../../lib/protocol/documents/document-record.js'
import { equalJson } from '../../../../lib/protocol/documents/equal-json.js'
import { readOps } from '../../../../lib/protocol/documents/read-ops.js'

const SEED = Number(process.env.PROPERTY_SEED ?? 1)
const runs = { numRuns: 2_000, seed: SEED }

const field = fc.constantFrom('a', 'b', 'toString', '')
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, 0, 1.5, '', 'x', 'xy', '💬'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(field, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))
const fields = fc.dictionary(field, value, { maxKeys: 4, noNullPrototype: true })
const record: fc.Arbitrary<DocumentRecord> = fc
  .tuple(fields, fc.constantFrom('one', 'two'), fc.constantFrom('note', 'shape'))
  .map(([rest, id, type]) => ({ ...rest, id, type }))
const { fieldOp } = fc.letrec<{ fieldOp: FieldOp }>((tie) => ({
  fieldOp: fc.oneof(
    { maxDepth: 2 },
    fc.tuple(fc.constant('put' as const), value),
    fc.constant(['remove'] as const),
    fc.tuple(fc.constant('append' as const), fc.oneof(fc.string(), fc.array(value))),
    fc.tuple(
      fc.constant('patch' as const),
      fc.dictionary(field, tie('fieldOp'), { maxKeys: 3, noNullPrototype: true }),
    ),
  ),
}))
const op: fc.Arbitrary<RecordOp> = fc.oneof(
  record.map((one) => ['put', one] as const),
  fc.constantFrom('one', 'two').map((id) => ['remove', id] as const),
  fc.tuple(
    fc.constant('patch' as const),
    fc.constantFrom('one', 'two'),
    fc.dictionary(field, fieldOp, { maxKeys: 3, noNullPrototype: true }),
  ),
)
const ops = fc.array(op, { maxLength: 6 })

type State = Map<string, DocumentRecord>

function apply(state: State, list: readonly RecordOp[]): State {
  const next = new Map(state)
  for (const one of list) {
    const result = applyOp(next.get(idOf(one)), one)
    if (result) next.set(idOf(one), result)
    else next.delete(idOf(one))
  }
  return next
}

function toJson(state: State): JsonValue {
  return Object.fromEntries(state)
}

const states = fc
  .array(record, { maxLength: 2 })
  .map((all) => new Map(all.map((one) => [one.id, one])))

describe('operations', () => {
  it('that were diffed turn the one record into the other, and travel as JSON', () => {
    fc.assert(
      fc.property(
        fc.option(record, { nil: undefined }),
        fc.option(record, { nil: undefined }),
        (before, after) => {
          const same = after && before ? { ...after, id: before.id } : after
          const diff = diffRecord(before, same)
          if (!diff) {
            expect(equalJson(before, same)).toBe(true)
            return
          }
          const sent = JSON.parse(JSON.stringify([diff])) as unknown
          const [read] = readOps(sent) as [RecordOp]
          expect(equalJson(applyOp(before, read), same)).toBe(true)
        },
      ),
      runs,
    )
  })

  it('that were composed do what the two lists do, with one a record', () => {
    fc.assert(
      fc.property(states, ops, ops, (state, first, second) => {
        const composed = composeOps(first, second)
        expect(new Set(composed.map(idOf)).size).toBe(composed.length)
        const once = toJson(apply(state, composed))
        expect(equalJson(once, toJson(apply(apply(state, first), second)))).toBe(true)
      }),
      runs,
    )
  })

  it('leave the record alone that they are applied to', () => {
    fc.assert(
      fc.property(record, op, (one, change) => {
        const before = structuredClone(one)
        applyOp(one, change)
        expect(one).toEqual(before)
      }),
      runs,
    )
  })

  it('append to a list that is empty, and put a text into one that is', () => {
    const note = { id: 'a', type: 'note' }
    expect(diffRecord({ ...note, x: [] }, { ...note, x: [1] })).toEqual([
      'patch',
      'a',
      { x: ['append', [1]] },
    ])
    expect(diffRecord({ ...note, x: '' }, { ...note, x: 'y' })).toEqual([
      'patch',
      'a',
      { x: ['put', 'y'] },
    ])
  })
})

describe('chunks', () => {
  it('of any text fit, and make it whole again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (inner) => {
        const text = JSON.stringify(inner)
        const parts = splitFrame(text, 256)
        expect(parts.every((part) => Buffer.byteLength(part) <= 256)).toBe(true)
        if (parts.length === 1) {
          expect(parts).toEqual([text])
          return
        }
        const reassembly = new Reassembly(100_000)
        const results = parts.map((part) => reassembly.add(JSON.parse(part)))
        expect(results.at(-1)).toBe(text)
        expect(results.slice(0, -1).every((result) => result === undefined)).toBe(true)
      }),
      { numRuns: 300, seed: SEED },
    )
  })
})
