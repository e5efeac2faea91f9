import type { WsPush } from '../protocol/records.js'

/** How many of the pushes that came are told of. */
const TOLD = 10
/** Characters of each. */
const TOLD_LENGTH = 160

/** Rejects what a test waited for in vain, and says what came instead. */
export class TestWaitError extends Error {
  override readonly name = 'TestWaitError'
  /** All pushes that have come, `$` events too. */
  readonly arrived: readonly WsPush[]

  /** @internal */
  constructor(message: string, arrived: readonly WsPush[]) {
    super(`${message}\n${describe(arrived)}`)
    this.arrived = arrived
  }
}

function describe(arrived: readonly WsPush[]): string {
  if (arrived.length === 0) return 'No pushes have arrived.'
  const lines = arrived.slice(-TOLD).map((push) => `  ${shorten(JSON.stringify(push))}`)
  const left = arrived.length - lines.length
  const head = left > 0 ? `${arrived.length} pushes have arrived, the last of them:` : 'Arrived:'
  return [head, ...lines].join('\n')
}

function shorten(text: string): string {
  return text.length <= TOLD_LENGTH ? text : `${text.slice(0, TOLD_LENGTH)}…`
}
