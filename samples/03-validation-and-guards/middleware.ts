import { guard, WsError } from 'enfilade'
import type { UpgradeRequest, WsContext, WsMiddleware, WsMiddlewareHandler, WsNext } from 'enfilade'
import { injectable } from 'tsyringe'
import { Ledger, TableTaken } from './ledger.js'

/** Who somebody is: what `authorize` returns becomes `connection.session`. */
export interface User {
  readonly name: string
  readonly role: 'guest' | 'host'
}

const TOKENS: Record<string, User | undefined> = {
  'ann-token': { name: 'Ann', role: 'guest' },
  'henri-token': { name: 'Henri', role: 'host' },
}

export function authorize({ query }: UpgradeRequest): User {
  const user = TOKENS[query.get('token') ?? '']
  if (!user) throw new WsError(401, 'Connect with ?token=ann-token or ?token=henri-token')
  return user
}

/** A guard: lets a message through, or answers 403. */
export const hostsOnly = guard<User>(
  ({ session }) => session.role === 'host',
  403,
  'Only a host may do this',
)

/** Error mapping: the restaurant's errors become codes, in one place. */
export const mapErrors: WsMiddleware = async (_context, next) => {
  try {
    return await next()
  } catch (error) {
    if (error instanceof TableTaken) throw new WsError(409, error.message)
    throw error
  }
}

/** Middleware as a class, since it needs something injected. Writes down how each message ended. */
@injectable()
export class Journal implements WsMiddlewareHandler {
  constructor(private readonly ledger: Ledger) {}

  async handle({ event, session }: WsContext, next: WsNext): Promise<unknown> {
    const line = `${(session as User).name}: ${event}`
    try {
      const result = await next()
      this.ledger.journal.push(`${line} done`)
      return result
    } catch (error) {
      this.ledger.journal.push(`${line} refused`)
      throw error
    }
  }
}
