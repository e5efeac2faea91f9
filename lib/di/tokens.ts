import type { InjectionToken } from 'tsyringe'
import type { WsBroadcastTransport } from '../transports/broadcast-transport.js'
import type { DocumentOwners } from '../transports/owners/document-owners.js'

export type { DependencyContainer, InjectionToken } from 'tsyringe'

/**
 * The injection token of the broadcast transport. Register a transport under it in your container
 * and `createWsApp` uses it; inject it where you want to publish yourself.
 */
export const BroadcastTransport: InjectionToken<WsBroadcastTransport> = Symbol.for(
  'enfilade:BroadcastTransport',
)

/** Who decides which worker of a program owns a document, where its `@Document` says nothing of owners. */
export const WorkerOwners: InjectionToken<DocumentOwners> = Symbol.for('enfilade:WorkerOwners')
