import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { ERROR_CODES, WsDefinitionError, WsError } from 'enfilade'
import { guarded } from '../../../lib/async/maybe-promise.js'
import { Problems } from '../../../lib/errors/problems.js'
import { errorText, showValue } from '../../../lib/errors/show-value.js'

describe('WsError', () => {
  it('carries code, message and details', () => {
    const error = new WsError(409, 'Taken', { by: 'Ann' })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'WsError',
      code: 409,
      message: 'Taken',
      details: { by: 'Ann' },
    })
  })

  it.each(Object.entries(ERROR_CODES))('has for %s the text "%s"', (code, text) => {
    expect(new WsError(Number(code)).message).toBe(text)
  })

  it('names a code of the app when it has no text', () => {
    expect(new WsError(4711).message).toBe('Error 4711')
  })

  it('has no details unless given', () => {
    expect(new WsError(400, 'x').details).toBeUndefined()
    expect(new WsError(400, 'x', null).details).toBeNull()
  })

  it.each([400, 499, 600, 4711])('has no stack outside 500 to 599: %s', (code) => {
    expect(new WsError(code, 'Text').stack).toBe('WsError: Text')
  })

  it('has a stack from 500 to 599, and leaves other errors theirs', () => {
    expect(new WsError(500).stack).toContain('ws-error.spec')
    expect(new WsError(599).stack).toContain('ws-error.spec')
    expect(new WsError(400).stack).not.toContain('ws-error.spec')
    expect(new Error('x').stack).toContain('ws-error.spec')
  })

  it('leaves other errors their stacks when its message cannot be written', () => {
    const hostile = { toString: () => JSON.parse('{') as string }
    for (const message of [Symbol('text'), hostile]) {
      const make = (): unknown => new WsError(400, message as never)
      void guarded(make, () => undefined)
      expect(new Error('x').stack).toContain('ws-error.spec')
    }
  })

  it.each([1.5, NaN, Infinity, '400', undefined, null])(
    'throws a TypeError for code %p',
    (code) => {
      expect(() => new WsError(code as never)).toThrow(
        new TypeError(`WsError: code must be an integer, got ${String(code)}`),
      )
    },
  )
})

describe('WsDefinitionError', () => {
  it('lists every problem with where and mend', () => {
    const error = new WsDefinitionError([
      { where: 'A.b', problem: 'is wrong', mend: 'do this' },
      { where: 'C', problem: 'is worse', mend: 'do that' },
    ])
    expect(error.name).toBe('WsDefinitionError')
    expect(error.problems).toHaveLength(2)
    expect(error.message).toBe(
      'Enfilade cannot start: 2 problems found.\n' +
        '  - A.b: is wrong\n    mend: do this\n' +
        '  - C: is worse\n    mend: do that',
    )
  })

  it('is printed with every problem once, when nobody catches it', () => {
    const error = new WsDefinitionError([{ where: 'A', problem: 'is wrong', mend: 'm' }])
    expect(inspect(error).split('is wrong')).toHaveLength(2)
  })

  it('speaks of 1 problem', () => {
    const error = new WsDefinitionError([{ where: 'A', problem: 'p', mend: 'm' }])
    expect(error.message).toContain('1 problem found.')
  })
})

describe('Problems', () => {
  it('throws what was added, and nothing when nothing was', () => {
    const problems = new Problems()
    expect(() => problems.throwIfAny()).not.toThrow()
    problems.add('A.b', 'is wrong', 'do this')
    expect(() => problems.throwIfAny()).toThrow(WsDefinitionError)
  })
})

describe('showValue', () => {
  class Named {}
  it.each<[unknown, string]>([
    ['text', '"text"'],
    [1, '1'],
    [NaN, 'NaN'],
    [10n, '10'],
    [true, 'true'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('s'), 'Symbol(s)'],
    [Named, 'Named'],
    [() => undefined, 'a function'],
    [[1], 'an array'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
  ])('shows %p as %s', (value, text) => {
    expect(showValue(value)).toBe(text)
  })
})

describe('errorText', () => {
  it.each<[unknown, string]>([
    [new Error('text'), 'text'],
    [new TypeError(), 'TypeError'],
    [{ message: 'of another realm' }, 'of another realm'],
    [{}, 'an object'],
    ['text', '"text"'],
    [undefined, 'undefined'],
  ])('of %p is %s', (error, text) => {
    expect(errorText(error)).toBe(text)
  })
})
