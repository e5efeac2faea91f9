import { Controller, createWsApp, Data, OnMessage, Param, Use, WsError, type WsApp } from 'enfilade'
import { Booking } from './booking.js'
import { Ledger } from './ledger.js'
import { authorize, hostsOnly, Journal, mapErrors } from './middleware.js'

@Controller('/bookings')
@Use(Journal)
class BookingController {
  constructor(private readonly ledger: Ledger) {}

  /** Runs with a valid `Booking` only, its guests being instances of `Guest`. */
  @OnMessage('book')
  book(@Data() booking: Booking): { key: string; guests: number } {
    return { key: this.ledger.book(booking), guests: booking.guests.length }
  }

  @OnMessage('cancel', '/:key')
  @Use(hostsOnly)
  cancel(@Param('key') key: string): { cancelled: string } {
    if (!this.ledger.cancel(key)) throw new WsError(404, `There is no booking ${key}`)
    return { cancelled: key }
  }

  @OnMessage('journal')
  @Use(hostsOnly)
  journal(): string[] {
    return [...this.ledger.journal]
  }
}

/** A restaurant that takes bookings from guests, and lets hosts cancel them. */
export function createRestaurant(): WsApp {
  return createWsApp({ controllers: [BookingController], authorize, use: [mapErrors] })
}
