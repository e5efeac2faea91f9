import { singleton } from 'tsyringe'
import type { Booking } from './booking.js'

/** An error of the restaurant's own: it knows nothing of WebSockets or codes. */
export class TableTaken extends Error {}

/** The bookings, and who did what. Injected wherever it is named. */
@singleton()
export class Ledger {
  readonly journal: string[] = []
  readonly #bookings = new Map<string, Booking>()

  book(booking: Booking): string {
    const key = `${booking.table}@${booking.at}`
    if (this.#bookings.has(key)) {
      throw new TableTaken(`Table ${booking.table} is taken at ${booking.at}`)
    }
    this.#bookings.set(key, booking)
    return key
  }

  cancel(key: string): boolean {
    return this.#bookings.delete(key)
  }
}
