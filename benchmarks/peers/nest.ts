// NestJS has `{ event, data }` on the wire and no replies: the id travels within the data. Rooms are
// written by hand, as the platform has none.
import 'reflect-metadata'
import type { AddressInfo } from 'node:net'
import { Module, ValidationPipe } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { WsAdapter } from '@nestjs/platform-ws'
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WsException,
} from '@nestjs/websockets'
import { IsInt, IsString, Length, MaxLength, Min } from 'class-validator'
import type { WebSocket } from 'ws'
import { ready, ROUTES } from '../contenders/ready.js'
import { Rooms } from './rooms.js'

interface Body {
  readonly id: number
  readonly path: string
  readonly data: unknown
}

class Order {
  @IsString() @Length(1, 32) sku!: string
  @IsInt() @Min(1) quantity!: number
  @IsString() @MaxLength(200) note!: string
}

const pipe = new ValidationPipe({
  transform: true,
  whitelist: true,
  forbidNonWhitelisted: true,
  exceptionFactory: () => new WsException('Invalid data'),
})

@WebSocketGateway()
class BenchGateway {
  readonly #rooms = new Rooms<WebSocket>()

  @SubscribeMessage('order')
  order(@MessageBody('data', pipe) data: Order, @MessageBody('id') id: number): object {
    return { event: 'order', data: { id, data } }
  }

  @SubscribeMessage('join')
  join(@MessageBody() { id, path }: Body, @ConnectedSocket() socket: WebSocket): object {
    this.#rooms.join(socket, path)
    return { event: 'join', data: { id, data: { joined: true } } }
  }

  @SubscribeMessage('say')
  say(@MessageBody() { id, path, data }: Body, @ConnectedSocket() socket: WebSocket): object {
    const params = { room: path.slice('/room/'.length) }
    const push = JSON.stringify({ event: 'say', data: { path, params, data } })
    for (const member of this.#rooms.others(socket, path)) member.send(push)
    return { event: 'say', data: { id, data } }
  }
}

// One gateway: each more would listen on every socket once more.
const { prototype } = BenchGateway
for (let route = 0; route < ROUTES; route++) {
  const method = `echo${route}`
  const event = `echo-${route}`
  const value = ({ id, data }: Body): object => ({ event, data: { id, data } })
  const descriptor = { value, writable: true, configurable: true }
  Object.defineProperty(prototype, method, descriptor)
  SubscribeMessage(event)(prototype, method, descriptor)
  MessageBody()(prototype, method, 0)
}

@Module({ providers: [BenchGateway] })
class BenchModule {}

const app = await NestFactory.create<NestExpressApplication>(BenchModule, { logger: ['error'] })
app.useWebSocketAdapter(new WsAdapter(app))
await app.listen(0, '127.0.0.1')
ready((app.getHttpServer().address() as AddressInfo).port)
