import type { InjectionToken } from 'tsyringe'
import type { WsBroadcastTransport } from '../transports/broadcast-transport.js'

export type { DependencyContainer, InjectionToken } from 'tsyringe'

/**
 * The injection token of the broadcast transport. Register a transport under it in your container
 * and `createWsApp` uses it; inject it where you want to publish yourself.
 */
export const BroadcastTransport: InjectionToken<WsBroadcastTransport> = Symbol.for(
  'enfilade:BroadcastTransport',
)
