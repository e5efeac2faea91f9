import { describe, expect, it } from '@jest/globals'
import { andThen, guarded, isPromise } from '../../../lib/async/maybe-promise.js'

const thenable = { then: (resolve: (value: number) => void) => resolve(1) }

describe('isPromise', () => {
  it.each<[unknown, boolean]>([
    [Promise.resolve(), true],
    [thenable, true],
    [{ then: 1 }, false],
    [null, false],
    [undefined, false],
    ['then', false],
    [() => undefined, false],
  ])('%p: %s', (value, expected) => {
    expect(isPromise(value)).toBe(expected)
  })
})

describe('andThen', () => {
  it('goes on at once with a value', () => {
    expect(andThen(1, (value) => value + 1)).toBe(2)
  })

  it('waits for a promise, and for any thenable', async () => {
    await expect(andThen(Promise.resolve(1), (value) => value + 1)).resolves.toBe(2)
    await expect(andThen(thenable as never, (value: number) => value + 1)).resolves.toBe(2)
  })

  it('lets a rejection through', async () => {
    const failing = andThen(Promise.reject(new Error('no')), () => 1)
    await expect(failing).rejects.toThrow('no')
  })
})

describe('guarded', () => {
  it('returns nothing to wait for when the work waits for nothing', () => {
    expect(guarded(() => 1, fail)).toBeUndefined()
  })

  it.each([
    ['thrown', () => JSON.parse('{') as unknown],
    ['rejected', () => Promise.reject(new SyntaxError('later'))],
  ])('hands over what is %s, and never rejects itself', async (_how, work) => {
    const errors: unknown[] = []
    await guarded(work, (error) => errors.push(error))
    expect(errors).toEqual([expect.any(SyntaxError)])
  })
})

function fail(error: unknown): never {
  throw error
}
