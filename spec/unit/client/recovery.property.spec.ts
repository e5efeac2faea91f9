import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createFakeWorld, type FakeSocket } from '../../support/fake-platform.js'
import { nextTurn } from '../../support/next-turn.js'

const PATH = '/chat/a'

/** A server with one room, whose history is short: what the wire says of recovery, and no more. */
class ModelServer {
  #epoch = 1
  #seq = 0
  #history: number[] = []
  #known = new Set<string>()
  #socket: FakeSocket | undefined
  #isMember = false
  #answered = 0
  #sessions = 0
  /** Every number said, in order. */
  readonly said: number[] = []

  accept(socket: FakeSocket): void {
    this.#socket = socket
    this.#isMember = false
    this.#answered = 0
    socket.welcome(`e${this.#epoch}-${++this.#sessions}`)
  }

  /** Takes what the client sent since. */
  answer(): void {
    const socket = this.#socket
    for (; socket && this.#answered < socket.sent.length; this.#answered++) {
      const { event, id, data } = socket.sent[this.#answered]!
      if (event === 'join') {
        this.#enter(socket, id)
        this.#known.add(`e${this.#epoch}-${this.#sessions}`)
      } else if (event === '$resume') this.#resume(socket, id, data)
    }
  }

  say(): void {
    this.said.push(this.said.length)
    this.#seq++
    this.#history = [...this.#history, this.#seq].slice(-4)
    if (this.#isMember) this.#push(this.#seq)
  }

  drop(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#isMember = false
    socket?.end()
  }

  restart(): void {
    this.drop()
    this.#epoch++
    this.#seq = 0
    this.#history = []
    this.#known.clear()
  }

  #enter(socket: FakeSocket, id: unknown): void {
    this.#isMember = true
    socket.push('$joined', PATH, { epoch: `e${this.#epoch}`, seq: this.#seq })
    socket.receive(JSON.stringify({ id, data: this.said.length }))
  }

  #resume(socket: FakeSocket, id: unknown, data: any): void {
    const place = data.rooms[PATH]
    const isKnown = this.#known.has(data.session)
    if (!isKnown || !place) {
      socket.receive(JSON.stringify({ id, data: { resumed: isKnown, rooms: {} } }))
      return
    }
    const missed = this.#history.filter((seq) => seq > place.seq)
    const isWhole = place.epoch === `e${this.#epoch}` && missed.length === this.#seq - place.seq
    this.#isMember = true
    const rooms = { [PATH]: isWhole ? 'recovered' : 'gap' }
    socket.receive(JSON.stringify({ id, data: { resumed: true, rooms } }))
    if (isWhole) for (const seq of missed) this.#push(seq)
    else socket.push('$joined', PATH, { epoch: `e${this.#epoch}`, seq: this.#seq })
  }

  #push(seq: number): void {
    // The number said last has the last seq.
    const number = this.said.length - 1 - (this.#seq - seq)
    this.#socket?.push('said', PATH, number, seq)
  }
}

/** `back` lets enough time pass for the longest pause between two attempts. */
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant('say' as const) },
    { weight: 3, arbitrary: fc.constant('answer' as const) },
    { weight: 3, arbitrary: fc.constant('back' as const) },
    { weight: 1, arbitrary: fc.constantFrom('drop' as const, 'restart' as const) },
  ),
  { minLength: 20, maxLength: 80 },
)

/** Time passes only for attempts: nothing else may end while the model thinks. */
const PATIENT = { rpcTimeout: 1e9, connectTimeout: 1e9, pingInterval: 1e9 }

it('whatever is lost: each push comes once and in order, or there is a gap', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const { client, clock, sockets } = createFakeWorld(PATIENT)
      const server = new ModelServer()
      const room = client.room(PATH)
      /** What was heard since the last gap. */
      let heard: number[] = []
      let next: number | undefined
      const faults: string[] = []
      room.on('said', (data) => {
        const number = data as number
        if (next !== undefined && number !== next)
          faults.push(`${number} for ${next}: ${heard.join()}`)
        heard.push(number)
        next = number + 1
      })
      room.onGap(() => {
        heard = []
        next = undefined
      })
      void room.join().catch(() => undefined)
      let accepted = 0
      const accept = async (): Promise<void> => {
        await nextTurn()
        if (sockets.length > accepted) {
          accepted = sockets.length
          server.accept(sockets[accepted - 1]!)
          await nextTurn()
        }
      }
      const isBack = () => client.status === 'open' && room.status === 'joined'
      const finish = async (): Promise<void> => {
        for (let round = 0; round < 200 && !isBack(); round++) {
          await clock.advance(20_000)
          await accept()
          server.answer()
          await nextTurn()
        }
      }
      for (const step of list) {
        if (step === 'back') await clock.advance(20_000)
        else server[step]()
        await accept()
      }
      await finish()
      server.answer()
      await nextTurn()
      expect(faults).toEqual([])
      expect([client.status, room.status]).toEqual(['open', 'joined'])
      server.say()
      expect(heard.at(-1)).toBe(server.said.at(-1))
      client.close()
    }),
    { numRuns: 150 },
  )
})
