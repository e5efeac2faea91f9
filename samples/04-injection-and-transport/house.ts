import { BroadcastTransport, createWsApp, type WsApp } from 'enfilade'
import { container } from 'tsyringe'
import { Auction, LotController } from './auction.js'
import { Bus, BusTransport, Label } from './bus-transport.js'

/** Two salerooms of one auction house: apps of their own that a transport joins. */
export function createAuctionHouse(): { north: WsApp; south: WsApp } {
  const house = container.createChildContainer()
  house.registerSingleton(Bus)
  house.registerSingleton(Auction)
  // Found by every app under this house: nothing has to be passed to createWsApp.
  house.register(BroadcastTransport, { useClass: BusTransport })

  const saleroom = (label: string): WsApp => {
    const own = house.createChildContainer()
    own.registerInstance(Label, label)
    return createWsApp({ controllers: [LotController], container: own })
  }
  return { north: saleroom('north'), south: saleroom('south') }
}
