import { guarded } from '../async/maybe-promise.js'
import type { SessionInfo } from './document-session.js'
import type { DocumentHooks } from './room-options.js'

/** Calls hooks; what they throw is reported, and nothing else comes of it. */
export class HookRunner {
  constructor(private readonly hooks: DocumentHooks) {}

  run<K extends Exclude<keyof DocumentHooks, 'onError'>>(
    name: K,
    ...args: Parameters<NonNullable<DocumentHooks[K]>>
  ): void {
    const hook = this.hooks[name] as ((...all: unknown[]) => unknown) | undefined
    if (!hook) return
    void guarded(
      () => hook.apply(this.hooks, args),
      (error) => this.error(error),
    )
  }

  error(error: unknown, session?: SessionInfo): void {
    void guarded(
      () => this.hooks.onError?.(error, session),
      // There is nobody left to tell.
      () => undefined,
    )
  }
}
