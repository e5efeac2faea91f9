import { describe, expect, it } from '@jest/globals'
import * as classValidator from 'class-validator'
import fc from 'fast-check'
import { sureCheck } from '../../../lib/validation/sure-checks.js'
import { nastyValues } from '../../support/nasty-values.js'

type Function = (value: unknown, ...constraints: unknown[]) => unknown

const theirs = (name: string): Function =>
  (classValidator as unknown as Record<string, Function>)[name === 'isLength' ? 'length' : name]!

enum Level {
  Low,
  High,
}

const sized = [0, 1, 2, 3, 4, 10, Infinity, -1].map((size) => [size])

/** Constraints of each rule, with values that it accepts without asking. */
const rules: [name: string, constraints: unknown[][], plain: (constraints: any[]) => unknown[]][] =
  [
    ['isString', [[]], () => ['', 'a', '\u{1F44D}']],
    ['isBoolean', [[]], () => [true, false]],
    [
      'isLength',
      [[0, 0], [1], [1, 3], [2, 7], [5, 5], [3, 2], [-1, 2], [0, Infinity]],
      ([min, max = 9]) => (min <= max && max < 10 ? ['x'.repeat(Math.max(min, 0))] : []),
    ],
    ['minLength', [[0], [1], [2], [3], [8]], ([min]) => ['x'.repeat(min), 'x'.repeat(min * 4)]],
    ['maxLength', [[0], [1], [3], [9], [Infinity]], () => ['']],
    [
      'isNumber',
      [
        ...[[], [undefined], [{}], [{ allowNaN: true }], [{ allowInfinity: true }]],
        ...[[{ maxDecimalPlaces: 0 }], [{ maxDecimalPlaces: 2 }]],
      ],
      () => [0, -0, 7],
    ],
    ['min', sized, ([min]) => (min < Infinity ? [min, Number(min) + 1] : [])],
    ['max', sized, ([max]) => [max, -5]],
    ['isIn', [[['a', 1, null, true]], [[NaN, -0]]], ([values]) => [values[1]]],
    ['isIn', [[[undefined, {}]], [[]]], () => []],
    ['isEnum', [[Level], [{ a: 'a', b: 0 }]], ([entity]) => Object.values(entity as object)],
    ['matches', [[/^a/], ['A', 'i'], [/^.{1,2}$/u], ['^[^b]+$']], () => ['a']],
    ['arrayMinSize', sized, ([min]) => (min < 5 ? [[1, 2, 3, 4]] : [])],
    ['arrayMaxSize', sized, ([max]) => (max >= 0 ? [[]] : [])],
  ]

/** Text out of what counts as less than a character, or as more. */
const units = ['a', 'é', '漢', '\ud83d', '\udc4d', '\ufe0f', '\ufe0e', '\u200d', '\u0301', '\ud7ff']
const text = fc
  .array(fc.constantFrom(...units, '\ue000', '\uffff', '\u{1F469}'), { maxLength: 12 })
  .map((parts) => parts.join(''))
const number = fc.oneof(
  fc.double(),
  fc.integer({ min: -3, max: 12 }),
  fc.constantFrom(NaN, -0, Infinity, -Infinity, 1.25, 0.001, 1e-7, 1e21),
)
const anything = fc.anything({ withBoxedValues: true, withSparseArray: true, withBigInt: true })
const value = fc.oneof(text, fc.string({ unit: 'binary', maxLength: 12 }), number, anything)

const RUNS = { seed: Number(process.env.PROPERTY_SEED ?? 3), numRuns: 2000 }

/** Every value that the check says yes to and the library does not. */
function disputed(name: string, constraints: unknown[], values: readonly unknown[]): unknown[] {
  const isSure = sureCheck(name, constraints, classValidator)
  const decide = theirs(name)
  return values.filter((one) => isSure!(one) && decide(one, ...constraints) !== true)
}

const cases = rules.flatMap(([name, all, plain]) =>
  all.map((constraints) => ({ name, constraints, plain: plain(constraints) })),
)

describe('a quick check', () => {
  it.each(cases)(
    'says yes to ordinary values: $name $constraints',
    ({ name, constraints, plain }) => {
      const isSure = sureCheck(name, constraints, classValidator)

      expect(plain.filter((one) => !isSure!(one))).toEqual([])
    },
  )

  it.each(cases)(
    'says no yes that the library does not say: $name $constraints',
    ({ name, constraints, plain }) => {
      const odd = [...plain, ...nastyValues.map((make) => make()), new Array(3), Object(true)]

      expect(disputed(name, constraints, odd)).toEqual([])
      fc.assert(
        fc.property(value, (one) => disputed(name, constraints, [one]).length === 0),
        RUNS,
      )
    },
  )

  it.each<[string, unknown[] | undefined]>([
    ...['isLength', 'minLength', 'maxLength', 'min', 'max', 'arrayMinSize', 'arrayMaxSize'].flatMap(
      (name): [string, unknown[]][] => [
        [name, ['1', '3']],
        [name, [null, null]],
        [name, [NaN, NaN]],
      ],
    ),
    ['isLength', [1.5, 3]],
    ['minLength', [1.5]],
    ['isNumber', [null]],
    ['isNumber', [{ maxDecimalPlaces: '2' }]],
    ['isNumber', [{ maxDecimalPlaces: -1 }]],
    ['isIn', ['abc']],
    ['isIn', undefined],
    ['isEnum', [null]],
    ['matches', ['(']],
    ['matches', [/a/g]],
    ['matches', [/a/y]],
    ['matches', ['a', 'g']],
    ['matches', [Object.assign(/a/, { exec: () => null })]],
    ['matches', [new (class Strict extends RegExp {})('a')]],
    ['isEmail', [undefined]],
    ['toString', []],
  ])('is not made for %s with %p', (name, constraints) => {
    expect(sureCheck(name, constraints, classValidator)).toBeUndefined()
  })

  it('follows lists and options that change', () => {
    const values = ['a']
    const isIn = sureCheck('isIn', [values], classValidator)!
    values[0] = 'b'
    expect([isIn('a'), isIn('b')]).toEqual([false, true])

    const entity: Record<string, unknown> = { a: 'a', b: 'b' }
    const isEnum = sureCheck('isEnum', [entity], classValidator)!
    delete entity.a
    entity.b = 'c'
    expect([isEnum('a'), isEnum('b'), isEnum('c')]).toEqual([false, false, true])

    const options: { maxDecimalPlaces?: number } = {}
    const isNumber = sureCheck('isNumber', [options], classValidator)!
    options.maxDecimalPlaces = 1
    expect([isNumber(1.25), isNumber(1)]).toEqual([false, false])
  })

  it('is not made when another version of the library disagrees', () => {
    const strict = { ...classValidator, isBoolean: (one: unknown) => one === true }
    const never = { ...classValidator, maxLength: () => false }

    expect(agrees('isBoolean', strict)).toBe(false)
    expect(agrees('maxLength', never)).toBe(false)
    expect(agrees('maxLength', classValidator)).toBe(true)
  })
})

function agrees(name: string, library: typeof classValidator): boolean {
  return sureCheck(name, [3], library) !== undefined
}
