import { afterEach, describe, expect, it } from '@jest/globals'
import * as classValidator from 'class-validator'
import { loadLibraries } from '../../../lib/validation/libraries.js'
import { quicken, type RuleCheck } from '../../../lib/validation/compiled-rule.js'
import { comesFrom } from '../../../lib/validation/rule-origin.js'

const { isBoolean, isString, minLength, ValidateBy } = classValidator

/** Whether the rule that a decorator makes gets a quick step. */
function isQuick(decorator: PropertyDecorator): boolean {
  class Dto {}
  decorator(Dto.prototype, 'field')
  const libraries = loadLibraries()
  const storage = libraries.validator.getMetadataStorage()
  const [rule] = storage.getTargetValidationMetadatas(Dto, '', false, false)
  const check: RuleCheck = { rule: rule!, isSure: null, ask: () => false }
  quicken(check, libraries)
  return check.isSure !== null
}

type Validate = (value: unknown, args: { constraints: unknown[] }) => unknown

/** A rule of the user's by the name of one of the library's. */
function copy(name: string, validate: Validate, constraints: unknown[] = []): PropertyDecorator {
  return ValidateBy({ name, constraints, validator: { validate: validate as () => boolean } })
}

const quick: Record<string, PropertyDecorator> = {
  IsString: classValidator.IsString(),
  IsBoolean: classValidator.IsBoolean({ each: true }),
  IsNumber: classValidator.IsNumber(),
  Length: classValidator.Length(1, 2, { message: 'no' }),
  MinLength: classValidator.MinLength(1),
  MaxLength: classValidator.MaxLength(1, { groups: [] }),
  Min: classValidator.Min(1),
  Max: classValidator.Max(1, { each: true }),
  IsIn: classValidator.IsIn([1]),
  IsEnum: classValidator.IsEnum({ a: 1 }),
  Matches: classValidator.Matches(/a/),
  ArrayMinSize: classValidator.ArrayMinSize(1),
  ArrayMaxSize: classValidator.ArrayMaxSize(1),
}

const slow: Record<string, PropertyDecorator> = {
  'a condition of its own': classValidator.IsString({ validateIf: () => false }),
  'a rule without a quick step': classValidator.IsInt(),
  'constraints that it was not made for': classValidator.Min('1' as never),
  'a stricter copy that asks the library': copy(
    'isString',
    (value) => isString(value) && value !== 'secret',
  ),
  'a stricter copy that reads the constraints': copy(
    'minLength',
    (value, args) => minLength(value, args.constraints[0] as number) && value !== 'secret',
    [1],
  ),
  'a copy that looks at nothing': copy('isString', (value) => typeof value === 'string'),
  'a copy made of text': copy(
    'isString',
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- a rule that is in no file
    new Function('value', 'return value instanceof String || value === 1') as Validate,
  ),
  'a copy that throws': copy('isIn', () => {
    throw new Error('never')
  }),
  'a copy that is rejected': copy('isIn', () => Promise.reject(new Error('later')), [[1]]),
}

describe('a rule', () => {
  it.each(Object.entries(quick))('of the library is quick: %s', (_name, decorator) => {
    expect(isQuick(decorator)).toBe(true)
  })

  it.each(Object.entries(slow))('is left to the library: %s', (_name, decorator) => {
    expect(isQuick(decorator)).toBe(false)
  })
})

describe('comesFrom', () => {
  const { validatorFolder } = loadLibraries()
  const run = (value: unknown): unknown => isBoolean(value)
  const before = { prepare: Error.prepareStackTrace, limit: Error.stackTraceLimit }

  afterEach(() => {
    Error.prepareStackTrace = before.prepare
    Error.stackTraceLimit = before.limit
  })

  it('knows the folder by its files', () => {
    expect(comesFrom(validatorFolder, run, [])).toBe(true)
    expect(comesFrom('/elsewhere/', run, [])).toBe(false)
  })

  it('works whatever the app has made of stacks, and leaves that as it was', () => {
    const prepare = (): string => 'short'
    Error.prepareStackTrace = prepare
    Error.stackTraceLimit = 0

    expect(comesFrom(validatorFolder, run, [])).toBe(true)
    expect(Error.prepareStackTrace).toBe(prepare)
    expect(Error.stackTraceLimit).toBe(0)
  })

  it('leaves stacks as they were after a rule that throws', () => {
    const fail = (): never => {
      throw new Error('never')
    }

    expect(comesFrom(validatorFolder, fail, [])).toBe(false)
    expect(Error.stackTraceLimit).toBe(before.limit)
    expect(Error.prepareStackTrace).toBe(before.prepare)
  })

  it('trusts nobody where stacks are sealed', () => {
    Object.defineProperty(Error, 'stackTraceLimit', { writable: false })
    try {
      expect(comesFrom(validatorFolder, run, [])).toBe(false)
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', { writable: true })
    }
    expect(Error.prepareStackTrace).toBe(before.prepare)
  })
})
