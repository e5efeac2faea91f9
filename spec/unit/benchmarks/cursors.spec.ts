import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { Transform } from 'class-transformer'
import { IsInt } from 'class-validator'
import { Controller, Join, OnMessage, Presence } from 'enfilade'
import { checkCursors, Cursors } from '../../../benchmarks/load/cursors.js'
import type { Link } from '../../../lib/load/link.js'
import { WIRES } from '../../../benchmarks/load/wires.js'
import type { Scenario } from '../../../benchmarks/scenarios/scenario.js'
import { startApp } from '../../support/start-app.js'

const path = '/cursors/board'
const scenario: Scenario = {
  name: 'cursors',
  message: { event: '$presence', path },
  join: { event: 'join', path },
  ...{ variants: 1, senders: 0, depth: 1, members: 4, presence: true, rate: 1000 },
}

class FakeLink {
  onMessages: (count: number) => void = () => undefined
  onPush: (push: Buffer) => void = () => undefined
  readonly written: Buffer[] = []

  hear(onPush: (push: Buffer) => void): void {
    this.onPush = onPush
  }

  write(frame: Buffer): void {
    this.written.push(frame)
  }
}

const push = (updates: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      data: { update: Array.from({ length: updates }, () => ({ connections: 1 })) },
    }),
  )

describe('cursors', () => {
  beforeEach(() => {
    jest.useFakeTimers()
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  it('move at their rate, one after the other, and count the updates that come', async () => {
    const links = Array.from({ length: 4 }, () => new FakeLink())
    const cursors = new Cursors(links as unknown as Link[], scenario)
    const run = cursors.run(performance.now() + 100)
    jest.advanceTimersByTime(50)
    links[0]?.onPush(push(3))
    for (const link of links) link.onMessages(2)
    jest.advanceTimersByTime(400)
    expect(await run).toBe(3)
    expect(cursors.pushes).toBe(2)
    expect(links.map(({ written }) => written.length)).toEqual([25, 25, 25, 25])
    const sizes = links.flatMap(({ written }) => written.map(({ length }) => length))
    expect(new Set(sizes).size).toBe(1)
  })

  it('wait for what is still on its way', async () => {
    const links = [new FakeLink()]
    const cursors = new Cursors(links as unknown as Link[], scenario)
    const run = cursors.run(performance.now() + 10)
    for (let late = 0; late < 5; late++) {
      jest.advanceTimersByTime(100)
      links[0]?.onPush(push(1))
      links[0]?.onMessages(1)
    }
    jest.advanceTimersByTime(400)
    expect(await run).toBe(5)
  })
})

describe('the check of cursors', () => {
  const check = async (controller: new () => object): Promise<void> => {
    const { port } = await startApp({ controllers: [controller] })
    await checkCursors({ host: '127.0.0.1', port, wire: WIRES.json }, scenario)
  }

  it('passes where what one shows comes to the other', async () => {
    @Presence(Object)
    @Controller('/cursors/:board')
    class Board {
      @OnMessage('join')
      @Join()
      join() {}
    }
    await check(Board)
  })

  it('fails where something else comes', async () => {
    class Shifted {
      @Transform(({ value }) => Number(value) + 1)
      @IsInt()
      x!: number
      @IsInt() y!: number
    }
    @Presence(Shifted)
    @Controller('/cursors/:board')
    class Board {
      @OnMessage('join')
      @Join()
      join() {}
    }
    await expect(check(Board)).rejects.toThrow('the push is')
  })
})
