import { IsInt, IsString, Length, MaxLength, Min } from 'class-validator'
import { Controller, Data, OnMessage } from 'enfilade'

class Order {
  @IsString() @Length(1, 32) sku!: string
  @IsInt() @Min(1) quantity!: number
  @IsString() @MaxLength(200) note!: string
}

@Controller()
export class OrderController {
  @OnMessage('order', '/orders')
  order(@Data() order: Order): Order {
    return order
  }
}
