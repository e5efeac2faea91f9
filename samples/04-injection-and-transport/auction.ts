import { Broadcast, Connection, Controller, Data, Join, OnMessage, WsConnection } from 'enfilade'
import { Param, WsError } from 'enfilade'
import { IsInt, Max, Min } from 'class-validator'
import { inject, Lifecycle, scoped } from 'tsyringe'
import { Label } from './bus-transport.js'

class Bid {
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  amount!: number
}

/** One auction, whichever saleroom a bid comes from. */
export class Auction {
  readonly #highest = new Map<string, number>()

  highest(lot: string): number {
    return this.#highest.get(lot) ?? 0
  }

  bid(lot: string, amount: number): void {
    const highest = this.highest(lot)
    if (amount <= highest) throw new WsError(409, `The highest bid for ${lot} is ${highest}`)
    this.#highest.set(lot, amount)
  }
}

/** One per connection: made when first needed, disposed of when the connection ends. */
@scoped(Lifecycle.ContainerScoped)
export class Paddle {
  bids = 0

  constructor(
    private readonly connection: WsConnection,
    @inject(Label) private readonly label: string,
  ) {}

  dispose(): void {
    console.log(`${this.label}: paddle ${this.connection.id} returned after ${this.bids} bid(s)`)
  }
}

/** Scoped as well, since it holds what belongs to one connection. */
@scoped(Lifecycle.ContainerScoped)
@Controller('/lots/:lot')
export class LotController {
  constructor(
    private readonly auction: Auction,
    private readonly paddle: Paddle,
    @inject(Label) private readonly label: string,
  ) {}

  @OnMessage('watch')
  @Join()
  watch(@Param('lot') lot: string): { highest: number } {
    return { highest: this.auction.highest(lot) }
  }

  @OnMessage('bid')
  @Broadcast()
  bid(
    @Param('lot') lot: string,
    @Data() { amount }: Bid,
    @Connection() { id }: WsConnection,
  ): { amount: number; saleroom: string; paddle: string; bids: number } {
    this.auction.bid(lot, amount)
    this.paddle.bids++
    return { amount, saleroom: this.label, paddle: id, bids: this.paddle.bids }
  }
}
