/** Characters of one message: brokers have a limit, NATS one of 1 MiB by default. */
const MAX_PACK = 128 * 1024

/** Puts rows together to texts that each fit into one message, as `readRooms` reads them. */
export class RowPacker {
  readonly #packs: string[] = []
  #pack = ''
  #room: string | undefined

  add(room: string, row: string): void {
    if (this.#pack.length + room.length + row.length > MAX_PACK) this.#end()
    if (room === this.#room) this.#pack += `,${row}`
    else {
      const before = this.#room === undefined ? '' : ']],'
      this.#pack += `${before}[${JSON.stringify(room)},[${row}`
      this.#room = room
    }
  }

  /** All texts; none when there were no rows. */
  finish(): string[] {
    this.#end()
    return this.#packs
  }

  #end(): void {
    if (this.#room !== undefined) this.#packs.push(`[${this.#pack}]]]`)
    this.#pack = ''
    this.#room = undefined
  }
}
