import type { RosterChange, WsClient, WsRoom } from 'enfilade/client'
import { chat, type ChatContract, type Said, type Shown } from '../chat.channel.js'
import { byId } from './dom.js'
import type { Log } from './log.js'
import { Outbox, type Letter } from './outbox.js'
import { Attendance, drawPeople, peopleOf } from './people.js'
import { Typing, typingInWords } from './typing.js'

interface ConversationParts {
  readonly client: WsClient
  readonly log: Log
  readonly name: string
  readonly roomName: string
  readonly onHeard: () => void
  /** The server will not have a message. */
  readonly onRefused: (letter: Letter, error: unknown) => void
  /** The room was left by somebody else's doing. */
  readonly onSentAway: (error: unknown) => void
}

/** One stay in a room, through all losses of the connection. */
export class Conversation {
  readonly typing: Typing
  readonly #parts: ConversationParts
  readonly #room: WsRoom<ChatContract>
  readonly #attendance = new Attendance()
  readonly #outbox: Outbox
  /** What one was called by the server: after a gap it is another connection. */
  readonly #myIds = new Set<string>()
  readonly #offs: readonly (() => void)[]
  #hadGap = false

  constructor(parts: ConversationParts) {
    const { client, name, roomName, log, onRefused } = parts
    this.#parts = parts
    const shown = { name, typing: false }
    const room = client.room(chat, { room: roomName }, { presence: shown })
    this.#room = room
    this.typing = new Typing((typing) => room.setPresence({ name, typing }))
    this.#outbox = new Outbox({
      send: (letter) => room.call('say', letter),
      connected: () => connected(client),
      sent: (said) => log.add(said, true),
      refused: onRefused,
    })
    this.#offs = [
      room.on('said', (said) => this.#hear(said)),
      room.onMembers((change) => this.#meet(change)),
      room.onGap(({ reply }) => void this.#reload(reply as readonly Said[] | undefined)),
      room.onStatus((status, left) => {
        if (status === 'left' && left) parts.onSentAway(left.error)
      }),
    ]
  }

  /** @throws WsClientError when one is not let in */
  async enter(): Promise<void> {
    const { log, name } = this.#parts
    log.clear()
    try {
      this.#show(await this.#room.join({ name }))
    } catch (error) {
      this.#end()
      throw error
    }
  }

  say(letter: Letter): void {
    this.#parts.log.addPending(letter.id, letter.text)
    this.typing.stop()
    this.#outbox.add(letter)
  }

  leave(): void {
    this.#end()
    // Without a connection there is nothing to leave: the server has let go already.
    this.#room.leave().catch(() => undefined)
  }

  /** Whether something may have been missed since it was asked last. */
  takeGap(): boolean {
    const hadGap = this.#hadGap
    this.#hadGap = false
    return hadGap
  }

  #end(): void {
    this.#outbox.close()
    this.typing.stop()
    for (const off of this.#offs) off()
  }

  #show(messages: readonly Said[]): void {
    for (const said of messages) this.#parts.log.add(said, this.#myIds.has(said.from.id))
  }

  #hear(said: Said): void {
    this.#show([said])
    this.#parts.onHeard()
  }

  #meet(change: RosterChange<Shown>): void {
    const { members, self, status } = this.#room
    if (self) this.#myIds.add(self.id)
    const { came, went } = this.#attendance.note(change, self?.id)
    // On entering, everybody is there already.
    if (status === 'joined') {
      for (const { name } of came) this.#parts.log.notice(`${name} joined`)
      for (const { name } of went) this.#parts.log.notice(`${name} left`)
    }
    const people = peopleOf(members.values(), self?.id)
    drawPeople(people, self?.id)
    const others = people.filter(({ id }) => id !== self?.id).map(({ state }) => state)
    byId('typing').textContent = typingInWords(others)
  }

  /** Pushes may have been missed. What is still on the screen stays there. */
  async #reload(reply: readonly Said[] | undefined): Promise<void> {
    this.#hadGap = true
    const { log } = this.#parts
    // After another loss there is another gap, and this is tried again.
    const messages = reply ?? (await this.#room.call('recent').catch(() => undefined))
    if (!messages) return
    const continues = log.isEmpty || messages.length === 0 || messages.some((one) => log.has(one))
    if (!continues) log.notice('Something may be missing here', 'notice hole')
    this.#show(messages)
    log.notice('You are back')
  }
}

function connected(client: WsClient): Promise<void> {
  if (client.status === 'open') return Promise.resolve()
  return new Promise((resolve) => {
    const off = client.onStatus((status) => {
      if (status !== 'open') return
      off()
      resolve()
    })
  })
}
