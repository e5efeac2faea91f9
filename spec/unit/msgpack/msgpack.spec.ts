import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { msgpack } from 'enfilade/msgpack'

const codec = msgpack()

/** What arrives of some data. */
function sent(data: unknown): unknown {
  const push = codec.decode(codec.encode({ event: 'e', path: '/', data })) as { data?: unknown }
  return push.data
}

/** Bytes, written as hexadecimal digits. */
function hex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16))
}

const u64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })

const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<unknown>(null, true, false, '', 0, Infinity, -Infinity, NaN),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    u64,
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 20, noNullPrototype: true },
    ),
  ),
})).value

describe('a round trip', () => {
  it('keeps every type that is documented, however they are nested', () => {
    // -0 is 0, as in JSON.
    const same = (value: unknown): unknown => (Object.is(value, -0) ? 0 : value)
    fc.assert(
      fc.property(values, (value) => {
        expect(sent([value])).toEqual([mapped(value, same)])
      }),
      { numRuns: 500 },
    )
  })

  it.each<[string, unknown, unknown]>([
    ['undefined in an object is left out', { a: undefined, b: 1 }, { b: 1 }],
    ['undefined in a list is null', [undefined, 1], [null, 1]],
    [
      'a Map is an object',
      new Map<unknown, unknown>([
        ['a', 1],
        [2, 'b'],
      ]),
      { a: 1, 2: 'b' },
    ],
    ['a Set is a list', new Set([1, 'a']), [1, 'a']],
    ['a Buffer is bytes', Buffer.from([1, 2]), new Uint8Array([1, 2])],
    ['an ArrayBuffer is bytes', new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2])],
    ['a function is null', { f: () => 1 }, { f: null }],
    [
      'what toJSON of an instance gives',
      new (class {
        toJSON = () => ({ z: 1 })
      })(),
      { z: 1 },
    ],
    [
      'an instance is what its properties are',
      new (class {
        x = 1
      })(),
      { x: 1 },
    ],
  ])('%s', (_fact, value, expected) => {
    expect(sent(value)).toEqual(expected)
  })

  it('replaces half of a surrogate pair, which UTF-8 does not have', () => {
    expect(sent('a\ud800b')).toMatch(/^a\ufffd+b$/)
  })

  it('keeps an invalid date invalid', () => {
    expect(Number(sent(new Date(NaN)))).toBeNaN()
  })

  it('gives bytes that hold on to nothing of the message', () => {
    const { data } = codec.decode(
      codec.encode({ event: 'e', path: '/', data: new Uint8Array([1, 2, 3]) }),
    ) as { data: Uint8Array }
    expect(data.constructor).toBe(Uint8Array)
    expect(data.buffer.byteLength).toBe(3)
  })

  it('leaves the frame as it was', () => {
    const frame = new Uint8Array(codec.encode({ id: 1, data: 'x' }) as Uint8Array)
    const before = Object.keys(frame).length
    codec.decode(frame)
    expect(Object.keys(frame)).toHaveLength(before)
    expect('dataView' in frame).toBe(false)
  })
})

describe('encode refuses', () => {
  const circular: { self?: unknown } = {}
  circular.self = circular

  it.each<[string, unknown, RegExp]>([
    ['lists of numbers that are no bytes', new Float32Array([1.5]), /no Float32Array/],
    ['them in a Map', new Map([['a', { b: [new Uint16Array(2)] }]]), /no Uint16Array/],
    [
      'them in what toJSON gives',
      new (class {
        toJSON = () => new Int8Array(1)
      })(),
      /no Int8Array/,
    ],
    ['a DataView', new DataView(new ArrayBuffer(4)), /no DataView/],
    ['integers of more than 64 bits', 2n ** 64n, /64-bit/],
    ['a symbol', Symbol('a'), /symbol/],
    ['what contains itself', circular, /stack|circular/i],
  ])('%s', (_what, value, text) => {
    expect(() => sent(value)).toThrow(text)
    // And works on as before.
    expect(sent({ a: 1 })).toEqual({ a: 1 })
  })
})

describe('decode refuses', () => {
  it.each<[string, string, RegExp]>([
    ['nothing', '', /too early/],
    ['more than one item', '0102', /more than one/],
    ['an array of four billion items', 'ddffffffff', /too early/],
    ['a map of four billion entries', 'dfffffffff', /too early/],
    ['text of four gigabytes', 'dbffffffff61', /too early/],
    ['bytes of four gigabytes', 'c6ffffffff61', /too early/],
    ['a number that ends early', 'cb00', /too early/],
    ['the byte that is never used', 'c1', /never used/],
    ['a key named __proto__', '81a95f5f70726f746f5f5f80', /__proto__/],
    ['a key named __proto__, written long', '81d9095f5f70726f746f5f5f80', /__proto__/],
    ['records of msgpackr', 'd4724091a16101', /extension 114/],
    ['pointers of msgpackr', '92d6690000000180d67000000001', /extension 105/],
    ['errors of msgpackr', 'd4650092a5457272' + '6f72a178', /extension 101/],
    ['large integers of msgpackr', 'c7104200000000000000000000000000000000', /extension 66/],
    ['an extension of its own', 'd40100', /extension 1/],
    ['a timestamp of another length', 'd5ff0000', /extension 255/],
    ['a list as a key', '819001', /property|key/],
  ])('%s', (_what, frame, text) => {
    expect(() => codec.decode(hex(frame))).toThrow(text)
    expect(sent('as before')).toBe('as before')
  })

  it('text', () => {
    expect(() => codec.decode('{}')).toThrow('text is not MessagePack')
  })

  it.each([
    ['lists', '91'],
    ['maps', '81a161'],
  ])('%s nested a thousand deep, which would be too much for the stack', (_what, head) => {
    expect(() => codec.decode(hex(head.repeat(20_000) + 'c0'))).toThrow('nested too deep')
    expect(codec.decode(hex(head.repeat(100) + 'c0'))).toBeDefined()
  })

  it('a frame that would be many times as large in memory, before any of it is', () => {
    // Each header says that as many items follow as there are bytes left.
    const bomb = hex('dd0000fff0'.repeat(13_000))
    const before = process.memoryUsage().heapUsed
    expect(() => codec.decode(bomb)).toThrow(TypeError)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024)
  })

  it('whatever bytes come: it throws, or gives data without a foreign prototype', () => {
    const good = values.map((value) => {
      const frame = codec.encode({ event: 'e', path: '/', data: value, id: 1 })
      return new Uint8Array(frame as Uint8Array)
    })
    const broken = fc
      .tuple(good, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }))
      .map(([frame, changes]) => {
        for (const [at, byte] of changes) frame[at % frame.length] = byte
        return frame
      })
    const frames = fc.oneof(fc.uint8Array({ maxLength: 200 }), broken)
    fc.assert(
      fc.property(frames, (frame) => {
        let value: unknown
        try {
          value = codec.decode(frame)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
          return
        }
        expect(foreign(value)).toBe(undefined)
      }),
      { numRuns: 3000 },
    )
    expect(({} as Record<string, unknown>).polluted).toBe(undefined)
  })
})

const PROTOTYPES = [Object, Array, Uint8Array, Date].map(({ prototype }) => prototype as object)

/** The first object in a value whose prototype data does not have. */
function foreign(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (!PROTOTYPES.includes(Object.getPrototypeOf(value) as object)) return value
  return Object.values(value)
    .map(foreign)
    .find((found) => found !== undefined)
}

function mapped(value: unknown, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapped(item, change))
  const isRecord = typeof value === 'object' && value !== null && value.constructor === Object
  if (!isRecord) return change(value)
  const entries = Object.entries(value).map(([key, item]) => [key, mapped(item, change)])
  return Object.fromEntries(entries) as unknown
}
