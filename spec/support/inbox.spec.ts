import { describe, expect, it } from '@jest/globals'
import { within } from './deadline.js'
import { Inbox } from './inbox.js'

describe('within', () => {
  it('passes on what settles in time', async () => {
    await expect(within(Promise.resolve(1), 'one')).resolves.toBe(1)
    await expect(within(Promise.reject(new Error('no')), 'one')).rejects.toThrow('no')
  })

  it('names what it waited for', async () => {
    const never = new Promise(() => undefined)
    await expect(within(never, () => 'Godot', 1)).rejects.toThrow('Waited 1 ms in vain for Godot')
  })
})

describe('Inbox', () => {
  it('keeps what comes before it is asked for, and skips nothing', async () => {
    const inbox = new Inbox<number>('a number')
    for (const item of [1, 2, 3]) inbox.push(item)
    expect(await inbox.next({ match: (item) => item > 1 })).toBe(2)
    expect(await inbox.next()).toBe(1)
    expect([inbox.all, inbox.waiting]).toEqual([[1, 2, 3], [3]])
  })

  it('gives each item to one waiter, the first it matches', async () => {
    const inbox = new Inbox<number>('a number')
    const even = inbox.next({ match: (item) => item % 2 === 0 })
    const any = inbox.next()
    for (const item of [1, 2]) inbox.push(item)
    expect(await Promise.all([even, any])).toEqual([2, 1])
  })

  it('says at the deadline what came instead, and loses nothing to a late waiter', async () => {
    const inbox = new Inbox<number>('a five')
    inbox.push(4)
    const five = { match: (item: number) => item === 5, ms: 1 }
    await expect(inbox.next(five)).rejects.toThrow(/a five \(1 arrived.*last came 4/)
    inbox.push(5)
    expect(await inbox.next(five)).toBe(5)
  })

  it('hands out what is left after the end, then fails', async () => {
    const inbox = new Inbox<number>('a number')
    const waiting = inbox.next({ match: (item) => item === 9 })
    inbox.push(1)
    inbox.end(new Error('over'))
    await expect(waiting).rejects.toThrow('over')
    expect(await inbox.next()).toBe(1)
    await expect(inbox.next()).rejects.toThrow('over')
  })

  it('takes items up to a point in history', () => {
    const inbox = new Inbox<number>('a number')
    for (const item of [1, 2, 3, 4]) inbox.push(item)
    expect(inbox.take((item) => item !== 1, 3)).toEqual([2, 3])
    expect(inbox.take()).toEqual([1, 4])
  })
})
