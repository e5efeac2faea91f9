import { afterEach, describe, expect, it } from '@jest/globals'
import { Transform, Type } from 'class-transformer'
import {
  Allow,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  Length,
  MaxLength,
  registerDecorator,
  ValidateNested,
} from 'class-validator'
import fc from 'fast-check'
import { compileReader } from '../../../lib/validation/compile-validator.js'
import { compileDto } from '../../../lib/validation/compiled-dto.js'
import { loadLibraries } from '../../../lib/validation/libraries.js'
import { copyOf } from '../../support/nasty-values.js'
import { compareAll, compileBoth } from '../../support/validation-oracle.js'

class Inner {
  @IsString() @Length(1, 3) text!: string
}

class Outer {
  @IsString() @MaxLength(4) name!: string
  @IsOptional() @Length(2, 3, { each: true }) words?: unknown
  @IsOptional() @ValidateNested() @Type(() => Inner) inner?: Inner
  @Allow() any?: unknown
}

const data = { name: 'a', words: ['ab', 'abc'], inner: { text: 'a' }, any: { deep: [1] } }

const { Function: original } = globalThis

afterEach(() => {
  globalThis.Function = original
})

/** As under `--disallow-code-generation-from-strings`; counts how often it was tried. */
function forbidCode(): { readonly tried: number } {
  const count = { tried: 0 }
  globalThis.Function = new Proxy(original, {
    construct() {
      count.tried++
      throw new EvalError('Code generation from strings disallowed for this context')
    },
  })
  return count
}

describe('the code of a class', () => {
  it('is written once the class is used, and not before', () => {
    const count = forbidCode()
    const libraries = loadLibraries()
    const fill = compileDto(Inner, { libraries, groups: undefined, patience: 2 })!
    fill({ text: 'a' })
    fill({ text: 'a' })
    expect(count.tried).toBe(0)
    fill({ text: 'a' })
    fill({ text: 'a' })

    expect(count.tried).toBe(1)
  })

  it('is not needed where code may not be made of strings', async () => {
    const count = forbidCode()
    const makers = [data, { ...data, name: 1 }, { ...data, more: 1 }, { name: 'b' }, {}]
    const { accepted, compiled } = await compareAll(
      Outer,
      makers.map((one) => () => copyOf(one)),
    )

    expect({ accepted, compiled }).toEqual({ accepted: 2, compiled: 2 })
    expect(count.tried).toBeGreaterThan(0)
  })

  it('is not written for a class of very many properties', async () => {
    class Wide {}
    const names = Array.from({ length: 33 }, (_, index) => `field${index}`)
    for (const name of names) IsInt()(Wide.prototype, name)
    const count = forbidCode()
    const all = Object.fromEntries(names.map((name, index) => [name, index]))
    const { compiled } = await compareAll(Wide, [
      () => ({ ...all }),
      () => ({ ...all, field3: '' }),
    ])

    expect(compiled).toBe(1)
    expect(count.tried).toBe(0)
  })

  it('has names in it that are no code', async () => {
    class Odd {}
    const names = ["'", '"', '`${1}`', '\\', '\n', '\u2028', '*/', '${x}', 'a"]; throw 1; //', '']
    for (const name of names) IsString()(Odd.prototype, name)
    const all = Object.fromEntries(names.map((name) => [name, 'a']))
    const { compiled } = await compareAll(Odd, [() => ({ ...all }), () => ({ ...all, '\\': 1 })])

    expect(compiled).toBe(1)
  })

  it('makes instances with the keys in the order of the data', () => {
    class Late {}
    for (const name of ['a', 'b', 'c']) IsOptional()(Late.prototype, name)
    const { generated } = compileBoth(Late)

    expect(Object.keys(generated!({ c: 1, a: 2 })!)).toEqual(['c', 'a'])
    expect(Object.keys(generated!({ b: 1, c: 2, a: 3 })!)).toEqual(['b', 'c', 'a'])
  })

  it('judges random text as the libraries do', async () => {
    const units = fc.constantFrom(
      'a',
      '\ud83d',
      '\udc4d',
      '\ufe0f',
      '\u200d',
      '\u{1F44D}',
      '\u0301',
    )
    const text = fc.array(units, { maxLength: 6 }).map((parts) => parts.join(''))
    const other = fc.constantFrom(null, 1, NaN, new String('ab'))
    const word = fc.oneof({ weight: 9, arbitrary: text }, other)
    const words = fc.oneof(word, fc.array(word, { maxLength: 2 }))
    const asJson = { noNullPrototype: true }
    const inner = fc.record({ text: word }, asJson)
    const records = fc.record({ name: word, words, inner }, { ...asJson, requiredKeys: ['name'] })
    const samples = fc.sample(records, { seed: 5, numRuns: 1000 })
    const { compiled } = await compareAll(
      Outer,
      samples.map((one) => (): unknown => one),
    )

    expect(compiled).toBeGreaterThan(100)
  })
})

/** A rule of the user's by the name of one that never waits; it waits for long text only. */
function WaitsFor(settle: () => Promise<boolean>): PropertyDecorator {
  return ({ constructor }, name) =>
    registerDecorator({
      ...{ name: 'isUrl', target: constructor, propertyName: String(name) },
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && value.length > 9 ? settle() : true,
      },
    })
}

describe('a rule that waits for some values only, by the name of one that never does', () => {
  class Compiled {
    @WaitsFor(() => Promise.resolve(true)) text!: string
  }
  class Transformed {
    @Transform(({ value }: { value: unknown }) => value)
    @WaitsFor(() => Promise.reject(new Error('nobody waits for this')))
    text!: string
  }
  class Nested {
    @IsArray() @ValidateNested() @Type(() => Compiled) list!: Compiled[]
  }

  it.each<[new () => object, object, object]>([
    [Compiled, { text: 'short' }, { text: 'a longer text' }],
    [Transformed, { text: 'short' }, { text: 'a longer text' }],
    [Nested, { list: [{ text: 'short' }] }, { list: [{ text: 'a longer text' }] }],
  ])('does not let data pass unseen: %p', (type, short, long) => {
    const reader = compileReader(type, undefined)
    if (typeof reader === 'string') throw new Error(reader)

    expect(reader.isAsync).toBe(false)
    expect(reader.read(short)).toEqual(short)
    expect(() => reader.read(long)).toThrow(
      new TypeError(
        `a rule of ${type.name} that has the name of one of class-validator's returned a promise: declare it with async: true`,
      ),
    )
  })
})
