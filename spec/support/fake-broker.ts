import type { BroadcastDriver, BroadcastSession, SessionEvents } from 'enfilade'
import { defer, type Deferred } from './deadline.js'
import { Inbox } from './inbox.js'

/** A session whose answers the spec gives. */
export class FakeSession implements BroadcastSession {
  readonly published: string[] = []
  readonly subscribed = new Set<string>()
  isClosed = false
  /** What every operation waits for. */
  answer: Promise<unknown> = Promise.resolve()
  refused: readonly number[] = []

  constructor(readonly events: SessionEvents) {}

  async publish(
    messages: readonly { channel: string; payload: string }[],
  ): Promise<readonly number[]> {
    this.published.push(...messages.map(({ payload }) => payload))
    await this.answer
    return this.refused
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    await this.answer
    for (const channel of channels) this.subscribed.add(channel)
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    await this.answer
    for (const channel of channels) this.subscribed.delete(channel)
  }

  async ping(): Promise<void> {
    await this.answer
  }

  close(): void {
    this.isClosed = true
  }
}

/** A driver whose attempts to connect end when the spec says so. */
export class FakeBroker implements BroadcastDriver {
  readonly attempts = new Inbox<FakeAttempt>('an attempt to connect')

  connect(events: SessionEvents, signal: AbortSignal): Promise<BroadcastSession> {
    const attempt = new FakeAttempt(new FakeSession(events), signal)
    this.attempts.push(attempt)
    return attempt.result.promise
  }

  /** Lets the next attempt succeed. */
  async accept(): Promise<FakeSession> {
    const { session, result } = await this.attempts.next()
    result.resolve(session)
    return session
  }
}

class FakeAttempt {
  readonly result: Deferred<BroadcastSession> = defer<BroadcastSession>()

  constructor(
    readonly session: FakeSession,
    readonly signal: AbortSignal,
  ) {}
}
