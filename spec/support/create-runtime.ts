import type { AppHost } from '../../lib/runtime/app-host.js'
import { Dispatcher } from '../../lib/runtime/dispatcher.js'
import { Failures } from '../../lib/runtime/failures.js'
import { Identity, type IdentityParts } from '../../lib/runtime/identity.js'
import { Lifecycle } from '../../lib/runtime/lifecycle.js'
import { ReservedMessages } from '../../lib/runtime/reserved-messages.js'
import { RoomRosters } from '../../lib/runtime/room-rosters.js'
import type { CompiledApp } from '../../lib/runtime/route.js'

/** What runs per connection and message. */
export interface TestRuntime {
  readonly dispatcher: Dispatcher
  readonly failures: Failures
  readonly identity: Identity
  readonly lifecycle: Lifecycle
}

/** What an app puts together, without sockets. */
export function createRuntime(
  host: AppHost,
  app: CompiledApp,
  parts: Partial<IdentityParts> = {},
): TestRuntime {
  const failures = new Failures(host)
  const identity = new Identity({
    ...{ host, failures, authorize: undefined, userIdOf: undefined, authorizeTimeout: 10_000 },
    mayJoin: () => undefined,
    admitted: (connection) => lifecycle.admit(connection),
    ...parts,
  })
  const { streams } = host
  const rosters = new RoomRosters([], host.rooms)
  const reserved = new ReservedMessages({ identity, rosters, streams })
  const dispatcher = new Dispatcher({ host, app, failures, reserved })
  const tokenTimeout = 10_000
  const lifecycle = new Lifecycle({ host, app, dispatcher, failures, tokenTimeout })
  return { dispatcher, failures, identity, lifecycle }
}
