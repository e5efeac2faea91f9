import { Type } from 'class-transformer'
import {
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  ValidateNested,
  ValidationError,
} from 'class-validator'
import { describe, expect, it } from '@jest/globals'
import { WsError, type FieldError } from 'enfilade'
import { compileReader, type DataType } from '../../../lib/validation/compile-validator.js'
import { toFieldErrors } from '../../../lib/validation/field-errors.js'
import { AsyncDeclared, Point, Shape } from '../../support/dtos.js'

function readerOf(type: unknown): (data: unknown) => unknown {
  const reader = compileReader(type as DataType, undefined)
  if (typeof reader === 'string') throw new Error(reader)
  return reader.read
}

/** The fields and rules of a 400. */
async function faultsOf(type: unknown, data: unknown): Promise<string[]> {
  try {
    await readerOf(type)(data)
  } catch (error) {
    expect(error).toBeInstanceOf(WsError)
    expect(error).toMatchObject({ code: 400, message: 'Invalid data' })
    return ((error as WsError).details as FieldError[]).map(({ field, rule }) => `${field} ${rule}`)
  }
  throw new Error('it was accepted')
}

describe('data that is no object', () => {
  it.each([[undefined], [null], ['text'], [1], [true], [[]], [[{ x: 1, y: 1 }]]])(
    'is refused for a DTO: %j',
    async (data) => {
      expect(await faultsOf(Point, data)).toEqual([' isObject'])
      expect(await faultsOf(AsyncDeclared, data)).toEqual([' isObject'])
    },
  )

  it.each<[unknown, string, unknown[], unknown[]]>([
    [String, 'isString', ['', 'text'], [undefined, null, 1, [], {}]],
    [Number, 'isNumber', [0, 1.5], [undefined, null, '1', []]],
    [Boolean, 'isBoolean', [true, false], [undefined, null, 0, 'true']],
    [Array, 'isArray', [[], [1]], [undefined, null, {}, { length: 0 }, 'text']],
  ])('is read as %p', async (type, rule, right, wrong) => {
    for (const data of right) expect(readerOf(type)(data)).toBe(data)
    for (const data of wrong) expect(await faultsOf(type, data)).toEqual([` ${rule}`])
  })

  it.each([[undefined], [null], ['text'], [[]], [{ any: 1 }]])(
    'is handed over as Object: %j',
    (data) => {
      expect(readerOf(Object)(data)).toBe(data)
    },
  )
})

describe('[Dto]', () => {
  it('gives an array of instances', () => {
    const points = readerOf([Point])([{ x: 1, y: 2 }]) as Point[]
    expect(points).toEqual([{ x: 1, y: 2 }])
    expect(points[0]).toBeInstanceOf(Point)
  })

  it('waits where the rules do', async () => {
    await expect(readerOf([AsyncDeclared])([{ name: 'free' }])).resolves.toEqual([{ name: 'free' }])
  })

  it('takes an empty array', () => {
    expect(readerOf([Point])([])).toEqual([])
  })

  it.each([[undefined], [null], [{}], ['text'], [{ length: 1, 0: { x: 1, y: 1 } }]])(
    'refuses %j',
    async (data) => {
      expect(await faultsOf([Point], data)).toEqual([' isArray'])
    },
  )

  it('names every wrong item', async () => {
    const data = [{ x: 'a', y: 1 }, { x: 1, y: 1 }, null, 'text', { x: 1, y: 1, z: 1 }]
    const expected = ['0.x isInt', '2 isObject', '3 isObject', '4.z whitelistValidation']
    expect(await faultsOf([Point], data)).toEqual(expected)
    const names = [{ name: 'taken' }, { name: 'free' }, 1, { name: 'taken' }]
    expect(await faultsOf([AsyncDeclared], names)).toEqual([
      '0.name isFree',
      '2 isObject',
      '3.name isFree',
    ])
  })

  it('may be of primitives', async () => {
    expect(readerOf([String])(['a'])).toEqual(['a'])
    expect(await faultsOf([String], ['a', 1])).toEqual(['1 isString'])
  })
})

describe('a 400', () => {
  class Item {
    @IsInt() n!: number
  }

  class Items {
    @IsArray() @ValidateNested({ each: true }) @Type(() => Item) items!: Item[]
  }

  const many = Array.from({ length: 5000 }, () => ({ n: 'x' }))

  it.each<[string, unknown, unknown]>([
    ['nested items', Items, { items: many }],
    ['items', [Item], many],
  ])(
    'names at most 100 faults of %s: it must not outgrow the message',
    async (_what, type, data) => {
      const faults = await faultsOf(type, data)
      expect(faults).toHaveLength(100)
      expect(faults[99]).toMatch(/99\.n isInt$/)
    },
  )

  it('names a nested value without rules by its own place', () => {
    const outer = new ValidationError()
    const inner = new ValidationError()
    Object.assign(outer, { property: 'inner', children: [inner] })
    Object.assign(inner, { constraints: { unknownValue: 'unknown' } })
    expect(toFieldErrors([outer])).toEqual([
      { field: 'inner', rule: 'unknownValue', message: 'unknown' },
    ])
  })
})

describe('keys that touch a prototype', () => {
  class Free {
    @IsOptional() any?: unknown
    @IsOptional() @IsString() constructor_?: string
  }

  it.each<[unknown, string, string]>([
    [Point, '{"x":1,"y":1,"__proto__":{"x":2}}', '__proto__'],
    [Point, '{"x":1,"y":1,"constructor":{"prototype":{}}}', 'constructor'],
    [Shape, '{"origin":{"x":1,"y":1,"__proto__":{}}}', 'origin.__proto__'],
    [
      Shape,
      '{"origin":{"x":1,"y":1},"points":[{"x":1,"y":1,"constructor":1}]}',
      'points.0.constructor',
    ],
    [Free, '{"any":{"deep":[{"__proto__":null}]}}', 'any.deep.0.__proto__'],
    [[Point], '[{"x":1,"y":1,"__proto__":{}}]', '0.__proto__'],
  ])('are refused: %p %s', async (type, json, field) => {
    expect(await faultsOf(type, JSON.parse(json))).toEqual([`${field} whitelistValidation`])
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
  })

  it('are no trouble in text', () => {
    expect(readerOf(Free)({ any: '__proto__' })).toEqual({ any: '__proto__' })
  })
})

describe('deep data', () => {
  it('of 256 levels, the most that maxDepth may allow, is read', async () => {
    const nested = (levels: number): object => {
      let shape: object = { origin: { x: 1, y: 1 } }
      for (let level = 1; level < levels; level++) shape = { origin: { x: 1, y: 1 }, inner: shape }
      return shape
    }
    expect(readerOf(Shape)(nested(254))).toBeInstanceOf(Shape)
    expect(await faultsOf(Shape, { ...nested(254), extra: 1 })).toEqual([
      'extra whitelistValidation',
    ])
  })
})

describe('a reader', () => {
  it('says whether it may have to wait', () => {
    const isAsync = (type: unknown): unknown => {
      const reader = compileReader(type as DataType, undefined)
      return typeof reader === 'string' ? reader : reader.isAsync
    }
    expect(isAsync(Point)).toBe(false)
    expect(isAsync([Point])).toBe(false)
    expect(isAsync(AsyncDeclared)).toBe(true)
    expect(isAsync([AsyncDeclared])).toBe(true)
    expect(isAsync(String)).toBe(false)
  })

  it('leaves the data as it was', () => {
    const data = Object.freeze({ origin: Object.freeze({ x: 1, y: 1 }) })
    const shape = readerOf(Shape)(data) as Shape
    expect(shape.origin).toBeInstanceOf(Point)
    expect(data.origin).not.toBeInstanceOf(Point)
  })
})
