import { describe, expect, it } from '@jest/globals'
import { plainToInstance, Type } from 'class-transformer'
import { IsString, validate, ValidateNested, type ValidationError } from 'class-validator'
import fc from 'fast-check'
import { WsError } from 'enfilade'
import { compileReader } from '../../../lib/validation/compile-validator.js'
import * as dtos from '../../support/dtos.js'

type Dto = new () => object

/** As it comes off the wire, and of this realm: `instanceof Object` is what the libraries ask. */
function clone<T>(data: T): T {
  return JSON.parse(JSON.stringify(data)) as T
}

/** What becomes of data: an instance, or the rules that it breaks. */
type Outcome = { instance: unknown } | { broken: string[] }

async function byEnfilade(type: Dto, data: unknown, groups?: string[]): Promise<Outcome> {
  const reader = compileReader(type, groups)
  if (typeof reader === 'string') throw new Error(reader)
  try {
    return { instance: await reader.read(clone(data)) }
  } catch (error) {
    if (!(error instanceof WsError) || error.code !== 400) throw error
    const details = error.details as { field: string; rule: string; message: string }[]
    return {
      broken: details.map(({ field, rule, message }) => `${field} ${rule} ${message}`).sort(),
    }
  }
}

async function byLibraries(type: Dto, data: object, groups?: string[]): Promise<Outcome> {
  const options = groups ? { groups } : {}
  const instance: object = plainToInstance(type, clone(data), options)
  const errors = await validate(instance, {
    ...{ whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true, ...options },
  })
  const broken = errors.flatMap((error) => rulesOf(error)).sort()
  return broken.length > 0 ? { broken } : { instance }
}

function rulesOf(error: ValidationError, prefix = ''): string[] {
  const { property, value, constraints, children } = error
  // A nested value that class-validator knows no rules for has no property.
  const field = [prefix, property as string | undefined].filter(Boolean).join('.')
  // A declared field is in every instance: it is unknown only if somebody sent it.
  const own = Object.entries(constraints ?? {})
    .filter(([rule]) => rule !== 'whitelistValidation' || value !== undefined)
    .map(([rule, message]) => `${field} ${rule} ${message}`)
  return [...own, ...(children ?? []).flatMap((child) => rulesOf(child, field))]
}

async function expectSame(type: Dto, data: object, groups?: string[]): Promise<Outcome> {
  const [ours, theirs] = [
    await byEnfilade(type, data, groups),
    await byLibraries(type, data, groups),
  ]
  expect(ours).toStrictEqual(theirs)
  return ours
}

const point = { x: 1, y: 2 }

const valid: [Dto, object][] = [
  [dtos.Fields, { text: 'a' }],
  [dtos.Fields, { text: 'a', count: 0, price: 1.25, on: false, email: 'a@b.example', letter: 'a' }],
  [dtos.Fields, { text: 'a', count: null, email: null, kind: 1, xs: 'xxx', at: '2026-01-01' }],
  [
    dtos.Fields,
    { text: 'a', meta: { any: [1, { deep: null }] }, list: [1, 'x', null], tags: ['t'] },
  ],
  [dtos.Fields, { text: 'a', uuid: '6f2b8f3e-3c0d-4c6f-9d0e-0f3b1c7a5e21', free: { x: [] } }],
  [dtos.Fields, { text: 'a', on: true, why: 'because' }],
  [dtos.Shape, {}],
  [dtos.Shape, { origin: point }],
  [dtos.Shape, { origin: point, points: [point, { y: 0, x: -1 }], size: '7' }],
  [dtos.Shape, { origin: point, points: [], inner: { origin: point, inner: { origin: point } } }],
  [dtos.Shape, { origin: point, created: '2026-01-01T00:00:00Z' }],
  [dtos.Shape, { origin: [point, point] }],
  [dtos.Drawing, { figure: { kind: 'circle', radius: 1 } }],
  [dtos.Drawing, { figure: { kind: 'square', side: 1 } }],
  [dtos.Chosen, { kind: 'circle', figure: { kind: 'circle', radius: 1 } }],
  [dtos.Chosen, { kind: 'x', figure: { kind: 'square', side: 1 } }],
  [dtos.Shaped, { text: '  abc  ', given: 1 }],
  [dtos.Shaped, { text: 'a', preset: 'other', secret: 'dropped' }],
  [dtos.Base, { name: 'n', note: undefined }],
  [dtos.Custom, { even: 2 }],
  [dtos.AsyncDeclared, { name: 'free' }],
  [dtos.AsyncUndeclared, { name: 'known' }],
  [dtos.AsyncNamedLikeARule, { email: 'a@b.example' }],
  [dtos.AsyncRegistered, { name: 'right' }],
  [dtos.AsyncNested, { inner: { name: 'free' }, more: [{ name: 'known' }] }],
]

const invalid: [Dto, object][] = [
  [dtos.Fields, {}],
  [dtos.Fields, { text: '' }],
  [dtos.Fields, { text: 'toolong', count: 11 }],
  [
    dtos.Fields,
    { text: 1, count: 1.5, price: 1.234, on: 'true', email: 'x', uuid: 'x', letter: 'c' },
  ],
  [
    dtos.Fields,
    { text: 'a', kind: 'c', xs: 'xy', at: 'soon', meta: [], list: [1, 1], tags: ['a', 1] },
  ],
  [dtos.Fields, { text: 'a', tags: [] }],
  [dtos.Fields, { text: 'a', list: [1, 2, 3, 4] }],
  [dtos.Fields, { text: 'a', list: 'x' }],
  [dtos.Fields, { text: 'a', on: true }],
  [dtos.Fields, { text: 'a', more: 1, another: 2 }],
  [dtos.Fields, { text: ['a'] }],
  [dtos.Fields, { text: { length: 3 } }],
  [dtos.Shape, { origin: null }],
  [dtos.Shape, { origin: 'text' }],
  [dtos.Shape, { origin: 1 }],
  [dtos.Shape, { origin: {} }],
  [dtos.Shape, { origin: { x: 1, y: 2, z: 3 } }],
  [dtos.Shape, { origin: point, points: [point, null, 'x', { x: 'a' }] }],
  [dtos.Shape, { origin: point, points: { 0: point } }],
  [dtos.Shape, { origin: point, inner: { origin: point, inner: { origin: { x: 0.5, y: 1 } } } }],
  [dtos.Shape, { origin: point, size: 'seven' }],
  [dtos.Drawing, { figure: { kind: 'circle', side: 1 } }],
  [dtos.Drawing, { figure: { kind: 'triangle' } }],
  [dtos.Drawing, { figure: {} }],
  [dtos.Drawing, { figure: null }],
  [dtos.Drawing, { figure: 'circle' }],
  [dtos.Chosen, { kind: 'circle', figure: { kind: 'square', side: 1 } }],
  [dtos.Shaped, { text: '  abcd  ', given: 'x' }],
  [dtos.Shaped, { text: 1 }],
  [dtos.Base, { name: 1 }],
  [dtos.Derived, { name: 'n', age: 'x' }],
  [dtos.Custom, { even: 1 }],
  [dtos.Custom, {}],
  [dtos.AsyncDeclared, { name: 'taken' }],
  [dtos.AsyncDeclared, { name: 'free', more: 1 }],
  [dtos.AsyncUndeclared, { name: 'unknown' }],
  [dtos.AsyncNamedLikeARule, { email: 'c@d.example' }],
  [dtos.AsyncRegistered, { name: 'wrong' }],
  [dtos.AsyncNested, { inner: { name: 'taken' }, more: [{ name: 'unknown' }, { name: 'known' }] }],
]

describe('a declared field without a rule', () => {
  class Post {
    @IsString() text!: string
    /** Put in by the server. */
    at?: number
  }
  class Inner {
    @ValidateNested() @Type(() => Post) post!: Post
  }

  it.each([
    [Post, { text: 'a' }],
    [Inner, { post: { text: 'a' } }],
  ])('does not count when nobody sent it: %p', async (type, data) => {
    expect(await byEnfilade(type, data)).toMatchObject({ instance: data })
  })

  it.each([
    [Post, { text: 'a', at: 1 }, 'at'],
    [Post, { text: 'a', at: null }, 'at'],
    [Inner, { post: { text: 'a', at: 1 } }, 'post.at'],
  ])('is refused when somebody sent it: %p %j', async (type, data, field) => {
    const broken = [`${field} whitelistValidation property at should not exist`]
    expect(await byEnfilade(type, data)).toEqual({ broken })
  })
})

describe('@Data(Dto) has the outcome of plainToInstance and validate', () => {
  it.each(valid.map(([type, data]) => [type.name, type, data] as const))(
    '%s: %p %j',
    async (_name, type, data) => {
      expect(await expectSame(type, data)).toHaveProperty('instance')
    },
  )

  it.each(invalid.map(([type, data]) => [type.name, type, data] as const))(
    '%s: %p %j, which is refused',
    async (_name, type, data) => {
      expect(await expectSame(type, data)).toHaveProperty('broken')
    },
  )

  it.each<[string[] | undefined, object]>([
    [undefined, { none: 'x', created: 1, updated: 1, id: 1 }],
    [undefined, { none: 1, created: 'x', updated: 'x', id: 'x' }],
    [['create'], { created: 1, id: 1 }],
    [['create'], { created: 'x', id: 'x' }],
    [['create'], { none: 'x', created: 1, id: 1 }],
    [['create', 'update'], { created: 1, updated: 1, id: 1 }],
    [['create', 'update'], { created: 1, id: 1 }],
    [['unknown'], { id: 1 }],
    [[], { none: 'x', created: 1, updated: 1, id: 1 }],
  ])('with the groups %j for %j', async (groups, data) => {
    await expectSame(dtos.Grouped, data, groups)
  })

  it('for a thousand random values', async () => {
    const leaf = fc.constantFrom(
      null,
      true,
      0,
      1,
      2,
      1.5,
      -1,
      'a',
      'x',
      '',
      'a@b.example',
      'circle',
    )
    const names =
      'text count price on email letter kind xs at meta list tags free why origin points inner size x y figure radius side given secret preset name age even extra'.split(
        ' ',
      )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { weight: 3, arbitrary: leaf },
        tie('object'),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
      object: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 5 }),
    }))
    const types = [dtos.Fields, dtos.Shape, dtos.Drawing, dtos.Shaped, dtos.Derived, dtos.Custom]
    const data = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 6 })
    const property = fc.asyncProperty(fc.constantFrom<Dto>(...types), data, async (type, given) => {
      await expectSame(type, { ...given })
    })
    await fc.assert(property, { seed: Number(process.env.PROPERTY_SEED ?? 1), numRuns: 1000 })
  })
})
