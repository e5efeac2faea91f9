import {
  Controller,
  Data,
  Join,
  OnConnect,
  OnMessage,
  type WsDropCause,
  type WsAppOptions,
} from 'enfilade'
import { defer } from './deadline.js'
import { startApp, type StartedApp } from './start-app.js'

/** What the handlers of `wait` and of the connect of `Gated` wait for. */
export let gate = defer<void>()
/** What `echo` was asked, in order. */
export let order: unknown[] = []

@Controller()
export class Limited {
  @OnMessage('echo', '/echo')
  echo(@Data() data: unknown): unknown {
    order.push(data)
    return data
  }

  @OnMessage('length', '/length')
  length(@Data() data: string): number {
    return data.length
  }

  @OnMessage('join', '/room/:room')
  @Join()
  join(): void {}

  @OnMessage('wait', '/wait')
  wait(): Promise<void> {
    return gate.promise
  }
}

@Controller()
export class Gated {
  @OnConnect()
  connected(): Promise<void> {
    return gate.promise
  }
}

/** Starts an app that answers `echo`, `length`, `join` and `wait`. */
export const start = async (options: Partial<WsAppOptions> = {}): Promise<StartedApp> => {
  gate = defer()
  order = []
  return startApp({ controllers: [Limited], ...options })
}

/** The next thing that the app drops. */
export function nextDrop({ app }: StartedApp): Promise<WsDropCause> {
  const drop = defer<WsDropCause>()
  app.events.on('drop', ({ cause }) => drop.resolve(cause))
  return drop.promise
}

/** The code that the next connection to end closed with, as the server has it. */
export function nextClose({ app }: StartedApp): Promise<number> {
  const closed = defer<number>()
  app.events.on('disconnect', ({ code }) => closed.resolve(code))
  return closed.promise
}

/** A message to the handler of this name. */
export const message = (event: string, data: unknown, id?: unknown): string =>
  JSON.stringify({ event, path: `/${event}`, data, id })
