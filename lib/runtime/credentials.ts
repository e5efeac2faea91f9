import type { ClockTimer } from '../async/clock.js'
import type { UpgradeRequest } from './upgrade-request.js'

/** What `authorize` is asked again with. Only apps that have an `authorize` keep it. */
export interface Credentials {
  readonly request: UpgradeRequest
  /** The last token that `authorize` took. */
  token: string | undefined
  /** Done when the tokens that came so far have been looked at; never rejects. */
  refreshing: Promise<void> | undefined
  /** Set as long as the client still has to send its first token. */
  held: ClockTimer | true | undefined
  /** Whether the client has been told that its session has ended. */
  isExpiryTold: boolean
}
