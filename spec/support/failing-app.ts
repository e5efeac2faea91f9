import { expect } from '@jest/globals'
import {
  IsInt,
  Validate,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator'
import {
  Broadcast,
  Controller,
  Data,
  Join,
  Leave,
  OnConnect,
  OnDisconnect,
  OnJoin,
  OnLeave,
  OnMessage,
  Rooms,
  Use,
  WsRooms,
  type WsAppOptions,
  type WsBroadcastTransport,
} from 'enfilade'
import { nextTurn } from './next-turn.js'
import { startApp, type StartedApp } from './start-app.js'
import type { WireClient } from './wire-client.js'

/** What fails at present; everything works while it is `undefined`. */
let broken: string | undefined

/** A hook that throws, rejects, or rejects some turns later, when it is the one to fail. */
export type Fail = () => unknown

let fail: Fail

/** The ways in which a hook may fail. */
export const ways: [way: string, fail: Fail][] = [
  [
    'throws',
    () => {
      throw new Error('secret')
    },
  ],
  ['rejects', () => Promise.reject(new Error('secret'))],
  [
    'rejects later',
    async () => {
      for (let turn = 0; turn < 2; turn++) await nextTurn()
      throw new Error('secret')
    },
  ],
  [
    'throws what is no Error',
    () => {
      const nothing: unknown = undefined
      throw nothing
    },
  ],
]

/** What a hook of this name returns; fails when it is the one to fail. */
export function hook<T>(name: string, value?: T): T {
  return broken === name ? (fail() as T) : (value as T)
}

@ValidatorConstraint({ name: 'hooked' })
class Hooked implements ValidatorConstraintInterface {
  validate(): boolean | Promise<boolean> {
    return hook('validator', true)
  }
}

class Checked {
  @Validate(Hooked)
  text!: string

  @IsInt()
  size!: number
}

@Controller('/room/:name')
class Hooks {
  @OnConnect()
  connect(): unknown {
    return hook('connect')
  }

  @OnDisconnect()
  disconnect(): unknown {
    return hook('disconnect')
  }

  @OnJoin()
  joining(): unknown {
    return hook('join')
  }

  @OnLeave()
  left(): unknown {
    return hook('leave')
  }

  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('join-by-hand')
  async joinByHand(@Rooms() rooms: WsRooms): Promise<boolean> {
    return rooms.join()
  }

  @OnMessage('leave')
  @Leave()
  leave(): string {
    return 'left'
  }

  @OnMessage('go')
  @Use((_context, next) => hook('middleware') ?? next())
  go(): unknown {
    return hook('handler', 'gone')
  }

  @OnMessage('check')
  check(@Data() checked: Checked): number {
    return checked.size
  }

  @OnMessage('check-list')
  checkList(@Data([Checked]) list: Checked[]): number {
    return list.length
  }

  @OnMessage('check-twice')
  checkTwice(@Data() checked: Checked, @Data(Number) _number: number): number {
    return checked.size
  }

  @OnMessage('say')
  @Broadcast()
  say(): string {
    return 'said'
  }

  @OnMessage('ping')
  ping(): string {
    return 'pong'
  }
}

/** Where everything happens. */
export const room = '/room/one'
/** What a client is told of a failure. */
export const internal = { code: 500, message: 'Internal Error' }

const transport: WsBroadcastTransport = {
  publish: () => hook('publish'),
  subscribe: () => hook('subscribe'),
  unsubscribe: () => hook('unsubscribe'),
}

/** Starts the app, and a connection that must not notice anything. */
export async function startHooks(
  options: Partial<WsAppOptions> = {},
): Promise<StartedApp & { bystander: WireClient }> {
  const started = await startApp({
    controllers: [Hooks],
    broadcastTransport: transport,
    ...options,
  })
  return { ...started, bystander: await started.connect() }
}

/** Whether another connection is served as before. */
export async function expectHealthy(bystander: WireClient): Promise<void> {
  expect(await bystander.call('ping', room)).toBe('pong')
  expect(bystander.strays).toEqual([])
}

/** From now on the hook of this name fails. */
export function failAt(name: string, how: Fail): void {
  broken = name
  fail = how
}

/** From now on nothing fails. */
export function failNowhere(): void {
  broken = undefined
}
