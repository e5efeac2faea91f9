import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseMessage } from '../../../lib/protocol/parse-message.js'

/** What came of it: the value, or that it was no JSON. */
function outcome(parse: () => unknown): unknown {
  try {
    return { value: parse() }
  } catch (error) {
    return { error: (error as Error).constructor }
  }
}

function expectAsJsonParse(text: string): void {
  expect(outcome(() => parseMessage(text))).toEqual(outcome(() => JSON.parse(text)))
}

const id = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constant(undefined), fc.nat())
const message = fc.record({ event: fc.string(), path: fc.string(), data: fc.jsonValue(), id })

describe('parseMessage', () => {
  it('gives what JSON.parse gives, in every order of members', () => {
    fc.assert(
      fc.property(message, fc.integer({ min: 0, max: 2 }), ({ event, path, data, id }, order) => {
        const orders = [
          { event, path, data, id },
          { event, path, id, data },
          { id, data, event, path },
        ]
        expectAsJsonParse(JSON.stringify(orders[order]))
      }),
      { numRuns: 500 },
    )
  })

  it('gives what JSON.parse gives for messages that were damaged', () => {
    const damage = fc.record({ at: fc.nat(), text: fc.string({ maxLength: 3 }), cut: fc.nat(4) })
    fc.assert(
      fc.property(message, damage, ({ event, path, data, id }, { at, text, cut }) => {
        const whole = JSON.stringify({ event, path, data, id })
        const from = at % whole.length
        expectAsJsonParse(whole.slice(0, from) + text + whole.slice(from + cut))
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['an id in front of the data', '{"event":"e","path":"/p","id":7,"data":{"a":1}}'],
    ['two ids', '{"event":"e","path":"/p","id":7,"data":1,"id":8}'],
    ['an id inside the data only', '{"event":"e","path":"/p","data":{"a":1,"id":5}}'],
    ['an id with a leading zero', '{"event":"e","path":"/p","data":1,"id":07}'],
    ['the id zero', '{"event":"e","path":"/p","data":1,"id":0}'],
    ['a negative id', '{"event":"e","path":"/p","data":1,"id":-3}'],
    ['a fraction as id', '{"event":"e","path":"/p","data":1,"id":1.5}'],
    ['the largest safe id', '{"event":"e","path":"/p","data":1,"id":9007199254740991}'],
    ['an id beyond it', '{"event":"e","path":"/p","data":1,"id":90071992547409930}'],
    ['text as id', '{"event":"e","path":"/p","data":1,"id":"7"}'],
    ['text as data', '{"event":"e","path":"/p","data":"a,\\"id\\":7"}'],
    ['digits as data', '{"event":"e","path":"/p","data":7}'],
    ['no data', '{"event":"e","path":"/p","id":7}'],
    ['another member behind', '{"event":"e","path":"/p","data":{"a":1},"token":{"b":2}}'],
    ['another member behind, and an id', '{"event":"e","path":"/p","data":{"a":1},"x":[1],"id":7}'],
    ['escapes in the event', '{"event":"\\u0061","path":"/p","data":1}'],
    ['a control character in the path', '{"event":"e","path":"/\u0001","data":1}'],
    ['spaces', ' { "event": "e", "path": "/p", "data": 1, "id": 7 } '],
    ['something behind the end', '{"event":"e","path":"/p","data":1}}'],
    ['a prototype in the data', '{"event":"e","path":"/p","data":{"__proto__":{"a":1}},"id":7}'],
    ['nothing', ''],
  ])('gives what JSON.parse gives for %s', (_, text) => {
    expectAsJsonParse(text)
  })
})
