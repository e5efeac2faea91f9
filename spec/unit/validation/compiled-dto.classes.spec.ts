import { describe, expect, it } from '@jest/globals'
import { Type } from 'class-transformer'
import { Allow, ValidateNested } from 'class-validator'
import fc from 'fast-check'
import { copyOf, fewValues, nastyValues } from '../../support/nasty-values.js'
import { oddDtos, type OddDto } from '../../support/odd-dtos.js'
import { compareAll, compileBoth } from '../../support/validation-oracle.js'

const RUNS = { seed: 20, numRuns: 100 }

const hostileKeys = ['__proto__', 'constructor', 'then', 'toString', 'hasOwnProperty', 'prototype']

/** Where something is in data: the keys that lead to it. */
type Path = readonly string[]

function pathsIn(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [
    [key],
    ...pathsIn(item).map((path) => [key, ...path]),
  ])
}

function parentOf(data: object, path: Path): Record<string, unknown> {
  return path
    .slice(0, -1)
    .reduce<Record<string, unknown>>(
      (parent, key) => parent[key] as Record<string, unknown>,
      data as Record<string, unknown>,
    )
}

/** As `JSON.parse` does, which makes a key of `__proto__` too. */
function put(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    ...{ value, enumerable: true, configurable: true, writable: true },
  })
}

/** Each value in turn taken away, renamed, or replaced by everything nasty. */
function mutations(data: object): (() => unknown)[] {
  return pathsIn(data).flatMap((path) => {
    const key = path.at(-1)!
    const change = (work: (parent: Record<string, unknown>) => void) => (): unknown => {
      const copy = copyOf(data)
      work(parentOf(copy, path))
      return copy
    }
    return [
      change((parent) => Reflect.deleteProperty(parent, key)),
      ...(Array.isArray(parentOf(data, path)) ? [] : hostileKeys).map((name) =>
        change((parent) => put(parent, name, parent[key])),
      ),
      ...(path.length === 1 ? nastyValues : fewValues).map((make) =>
        change((parent) => (parent[key] = make())),
      ),
    ]
  })
}

/** JSON with the keys of valid data, and hostile ones. */
function jsonLike({ data }: OddDto): fc.Arbitrary<string> {
  const keys = [...new Set([...data.flatMap((one) => pathsIn(one).flat()), ...hostileKeys])]
  const { value } = fc.letrec((tie) => ({
    leaf: fc.oneof(
      fc.constantFrom(null, true, 0, 1, -1.5, '', 'a', 'abcdef', '2020-01-01'),
      fc.string({ maxLength: 4 }),
      fc.constantFrom(...data),
    ),
    object: fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 4 }),
    list: fc.array(tie('value'), { maxLength: 3 }),
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      tie('leaf'),
      tie('object'),
      tie('list'),
    ),
  }))
  return value.map((json) => JSON.stringify(json))
}

const named = oddDtos.map((dto) => {
  const groups = dto.groups ? ` in ${dto.groups.join()}` : ''
  return { name: `${dto.type.name}${groups}`, dto }
})

describe('the compiled path of odd classes', () => {
  it.each(named)('is taken where it may be: $name', ({ dto }) => {
    const { compiled } = compileBoth(dto.type, dto.groups)

    expect(typeof compiled).toBe(dto.compiled ? 'function' : 'undefined')
  })

  it.each(named.filter(({ dto }) => dto.compiled))(
    'is taken by valid data: $name',
    async ({ dto }) => {
      const makers = dto.data.map((data) => () => copyOf(data))
      const { accepted, compiled } = await compareAll(dto.type, makers, dto.groups)

      expect(compiled).toBe(accepted)
    },
  )

  it('asks @Type anew per message, as class-transformer does', async () => {
    class First {
      @Allow() a?: string
    }
    class Second {
      @Allow() a?: string
    }
    let chosen: new () => First = First
    class Outer {
      @ValidateNested() @Type(() => chosen) inner!: First
    }
    const { compiled, reader } = compileBoth(Outer)
    expect(compiled?.({ inner: { a: 'x' } })).toHaveProperty('inner', expect.any(First))
    chosen = Second

    expect(reader.read({ inner: { a: 'x' } })).toHaveProperty('inner', expect.any(Second))
  })

  it.each(named)('judges as the libraries do: $name', async ({ dto }) => {
    const { type } = dto
    const makers = dto.data.flatMap((data) => [() => copyOf(data), ...mutations(data)])

    await compareAll(type, [...makers, ...nastyValues], dto.groups)
  })

  it.each(named)('judges random JSON as the libraries do: $name', async ({ dto }) => {
    const { type } = dto
    const texts = fc.sample(jsonLike(dto), RUNS)

    await compareAll(
      type,
      texts.map((json) => (): unknown => JSON.parse(json)),
      dto.groups,
    )
  })
})
