import { describe, expect, it } from '@jest/globals'
import { Type } from 'class-transformer'
import * as classValidator from 'class-validator'
import { decoratorRows, notInRows, type DecoratorRow } from '../../support/decorator-rows.js'
import { copyOf, fewValues, nastyOthers, nastyValues } from '../../support/nasty-values.js'
import { compareAll } from '../../support/validation-oracle.js'

const { Allow, IsDefined, IsNotEmpty, IsOptional, ValidateIf } = classValidator

type Decorate = (...args: unknown[]) => PropertyDecorator
type Probe = new () => { value: unknown }

/** Options that every decorator takes, and what data is checked under which groups. */
interface Way {
  readonly name: string
  readonly options?: object
  readonly also?: PropertyDecorator
  readonly groups?: string[]
  /** What the good value becomes. */
  readonly wrap?: (good: unknown) => unknown
  /** Fields next to `value`, under which the rule applies. */
  readonly rest?: object
}

const isOn = (object: object): boolean => (object as { on?: unknown }).on === true

const ways: readonly Way[] = [
  { name: 'nothing else' },
  { name: 'each', options: { each: true }, wrap: (good) => [good, good] },
  { name: 'each, no list', options: { each: true } },
  { name: 'its group', options: { groups: ['a'] }, groups: ['b', 'a'] },
  {
    name: 'another group',
    options: { groups: ['a'] },
    groups: ['b'],
    also: Allow({ always: true }),
  },
  { name: 'a group, unasked', options: { groups: ['a'] } },
  { name: 'always', options: { always: true, groups: ['a'] }, groups: ['b'] },
  { name: 'a message', options: { message: '$property: $value ($constraint1)' } },
  {
    name: 'a message from a function, a context',
    options: {
      ...{ context: { code: 7 } },
      message: ({ targetName }: { targetName: string }) => `in ${targetName}`,
    },
  },
  { name: 'validateIf', options: { validateIf: isOn }, rest: { on: true } },
  { name: 'validateIf, off', options: { validateIf: isOn }, rest: { on: false } },
  { name: 'IsOptional', also: IsOptional() },
  { name: 'IsDefined', also: IsDefined() },
  { name: 'IsNotEmpty', also: IsNotEmpty() },
  { name: 'Allow', also: Allow() },
  { name: 'ValidateIf', also: ValidateIf(isOn), rest: { on: true } },
  { name: 'ValidateIf, off', also: ValidateIf(isOn) },
]

/** Decorators that contradict their neighbours, so that nothing passes both. */
const contradictions = new Set(['IsEmpty: IsNotEmpty', 'IsEmpty: IsDefined', 'Equals: IsDefined'])

function makeProbe(name: string, { args, type }: DecoratorRow, way: Way): Probe {
  class Probe {
    @Allow({ always: true }) on?: boolean
    value: unknown
  }
  const decorate = (classValidator as unknown as Record<string, Decorate>)[name]!
  decorate(...args, way.options)(Probe.prototype, 'value')
  way.also?.(Probe.prototype, 'value')
  if (type) Type(type as () => ObjectConstructor)(Probe.prototype, 'value')
  return Probe
}

/** Data with the good value, without it, and with others in its place or next to it. */
function makeData(good: unknown, { options, also, wrap, rest }: Way): (() => unknown)[] {
  const value = wrap ? wrap(good) : good
  const others = wrap ? [...fewValues, ...nastyOthers] : also || options ? fewValues : nastyValues
  return [
    () => ({ ...rest, value: copyOf(value) }),
    () => ({ value: copyOf(value), ...rest, more: 1 }),
    () => ({ ...rest }),
    ...others.map((make) => () => ({ value: wrap ? [copyOf(good), make()] : make(), ...rest })),
  ]
}

/** class-validator searches a list per rule and message: too slow for thousands of rules. */
const validators = new Map<unknown, unknown>()
classValidator.useContainer({
  get(type: new () => unknown) {
    if (!validators.has(type)) validators.set(type, new type())
    return validators.get(type)
  },
})

/** It also searches all classes there are, per message. */
function forget(type: Probe): void {
  const storage = classValidator.getMetadataStorage()
  ;(
    storage as unknown as { validationMetadatas: Map<unknown, unknown> }
  ).validationMetadatas.delete(type)
}

describe('the compiled path of every decorator', () => {
  it('has a row for each that class-validator exports, and for nothing else', () => {
    const exported = Object.entries(classValidator)
      .filter(([name, value]) => /^[A-Z]/.test(name) && typeof value === 'function')
      .map(([name]) => name)

    expect([...Object.keys(decoratorRows), ...notInRows].sort()).toEqual(exported.sort())
  })

  it.each(Object.entries(decoratorRows))(
    'judges as class-validator does: %s',
    async (name, rows) => {
      for (const [index, row] of rows.entries()) {
        for (const way of index === 0 ? ways : ways.slice(0, 2)) {
          const type = makeProbe(name, row, way)
          const { accepted, compiled } = await compareAll(type, makeData(row.good, way), way.groups)
          forget(type)
          // All of it is plain JSON; a date may be made of what is none.
          if ((way.also ?? way.options) && !way.wrap && !row.type) expect(compiled).toBe(accepted)
          const known = contradictions.has(`${name}: ${way.name}`)
          if (compiled === 0 && !known) throw new Error(`never compiled: ${name} with ${way.name}`)
        }
      }
    },
  )
})
