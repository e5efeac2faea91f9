import type { RoomMember } from 'enfilade'
import type { WirePush } from './wire-client.js'

/** The least that can be a member of a room; it remembers what it was sent. */
export class FakeMember implements RoomMember {
  readonly rooms: ReadonlySet<string> = new Set()
  readonly pushes: WirePush[] = []
  isOpen = true

  constructor(readonly id: string) {}

  send(event: string, path: string, data?: unknown, params?: Record<string, string>): void {
    this.pushes.push({
      event,
      path,
      ...(data !== undefined && { data }),
      ...(params && { params }),
    })
  }
}
