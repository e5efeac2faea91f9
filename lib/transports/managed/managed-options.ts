import { showValue } from '../../errors/show-value.js'
import type { KeptMessages } from './outbox.js'

/** What every managed transport takes. */
export interface ManagedTransportOptions {
  /**
   * What happens to messages while the broker is out of reach. `drop`: they are dropped and
   * counted. `buffer`: up to 1,000 messages, of 1,048,576 characters together and no older than
   * 5,000 ms, are kept and sent when it is back; or bounds of your own. Default: `drop`.
   */
  readonly outage?: 'drop' | 'buffer' | Partial<KeptMessages>
  /**
   * Whether rooms can be joined, and the app can start, while the broker is down. `accept`: they
   * can; local members reach each other, and the others again when it is back. `refuse`: a join
   * fails with 503, and `listen` rejects. Default: `accept`.
   */
  readonly joinsWhileDown?: 'accept' | 'refuse'
  /**
   * Milliseconds for which a subscription stays after the last member left, in case one comes back.
   * Default: 5,000.
   */
  readonly linger?: number
  /** Hears of listeners and handlers that throw. Default: nobody does. */
  readonly onError?: (error: unknown) => void
}

/** The options, checked, with the defaults put in. */
export interface ResolvedManagedOptions {
  readonly kept: KeptMessages | undefined
  readonly acceptsJoins: boolean
  readonly linger: number
  readonly onError: (error: unknown) => void
}

const KEPT: KeptMessages = { messages: 1_000, size: 1024 * 1024, age: 5_000 }

/** @throws TypeError when an option is not what it may be */
export function resolveManagedOptions(options: ManagedTransportOptions): ResolvedManagedOptions {
  const { outage = 'drop', joinsWhileDown = 'accept', linger = 5_000, onError } = options
  if (!['accept', 'refuse'].includes(joinsWhileDown)) {
    throw new TypeError(`joinsWhileDown: ${showValue(joinsWhileDown)} is not "accept" or "refuse"`)
  }
  return {
    kept: resolveKept(outage),
    acceptsJoins: joinsWhileDown === 'accept',
    linger: checkNumber('linger', linger),
    onError: onError ?? (() => undefined),
  }
}

function resolveKept(outage: unknown): KeptMessages | undefined {
  if (outage === 'drop') return undefined
  if (outage === 'buffer') return KEPT
  if (typeof outage !== 'object' || outage === null) {
    throw new TypeError(`outage: ${showValue(outage)} is not "drop", "buffer" or bounds`)
  }
  const kept: KeptMessages = { ...KEPT, ...outage }
  for (const [name, value] of Object.entries(kept)) {
    if (!(name in KEPT)) throw new TypeError(`outage: ${name} is no bound`)
    checkNumber(`outage.${name}`, value)
  }
  return kept
}

function checkNumber(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value
  throw new TypeError(`${name}: ${showValue(value)} is no number from 0`)
}
