import { isSendableCloseCode } from '../protocol/close-codes.js'

/** What a process wants to know of the others. */
type Query =
  | { readonly name: 'count'; readonly room: string }
  | { readonly name: 'find'; readonly user: string }

/** What all processes should do. */
export type ClusterOrder =
  | { readonly name: 'kick'; readonly room: string; readonly member: string }
  | ({ readonly name: 'revoke'; readonly user: string; readonly reauthorize: boolean } & Ending)
  | ({ readonly name: 'close'; readonly user: string } & Ending)
  | ({ readonly name: 'disconnect'; readonly connection: string } & Ending)

/** How connections are closed. */
export interface Ending {
  readonly code: number
  readonly reason: string
}

/** What processes ask each other. */
export type ClusterQuestion = Query | ClusterOrder

/** @throws TypeError for what is none, or one of a later version */
export function readQuestion(value: unknown): ClusterQuestion {
  const given = (value ?? {}) as Record<string, unknown>
  switch (given.name) {
    case 'count':
      return { name: 'count', room: text(given.room) }
    case 'find':
      return { name: 'find', user: text(given.user) }
    case 'kick':
      return { name: 'kick', room: text(given.room), member: text(given.member) }
    case 'revoke': {
      const reauthorize = given.reauthorize === true
      return { name: 'revoke', user: text(given.user), reauthorize, ...endingOf(given) }
    }
    case 'close':
      return { name: 'close', user: text(given.user), ...endingOf(given) }
    case 'disconnect':
      return { name: 'disconnect', connection: text(given.connection), ...endingOf(given) }
    default:
      throw new TypeError('another process asked what is not known here')
  }
}

function endingOf({ code, reason }: Record<string, unknown>): Ending {
  if (typeof code === 'number' && isSendableCloseCode(code)) return { code, reason: text(reason) }
  throw new TypeError('another process closes with a code that may not be sent')
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  throw new TypeError('another process asked for something that has no name')
}
