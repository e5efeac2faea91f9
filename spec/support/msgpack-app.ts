import { Transform } from 'class-transformer'
import { IsBoolean, IsDate, IsInstance, IsOptional } from 'class-validator'
import {
  Broadcast,
  Connection,
  Controller,
  Data,
  Join,
  OnMessage,
  Presence,
  Server,
  type WsAppOptions,
  type WsConnection,
  type WsServer,
} from 'enfilade'
import { msgpack } from 'enfilade/msgpack'
import { ChatRoom } from './chat-room.js'
import { PackedClient } from './packed-client.js'
import type { StartedApp } from './start-app.js'

/** A room with history and presence. */
export const room = '/chat/a'
export const bytes = new Uint8Array([0, 1, 2, 250, 255])

class Upload {
  @IsInstance(Uint8Array) bytes!: Uint8Array
  @IsDate() at!: Date
  @IsBoolean() isLast!: boolean
}

class Wrapped {
  @Transform(({ value }) => String(value).trim()) @IsOptional() name?: string
  @IsInstance(Uint8Array, { each: true }) parts!: Uint8Array[]
}

@Controller('/chat/:room', { history: { size: 20 } })
@Presence(Object)
class Chat extends ChatRoom {}

@Controller('/plain/:room')
export class Plain {
  @OnMessage('join')
  @Join()
  join(@Connection() { id }: WsConnection): string {
    return id
  }

  @OnMessage('say')
  @Broadcast('said', { excludeSelf: false })
  say(@Data() data: unknown): unknown {
    return data
  }

  @OnMessage('hush')
  @Broadcast('said')
  hush(@Data() data: unknown): unknown {
    return data
  }

  @OnMessage('everyone')
  everyone(@Server() server: WsServer, @Data() data: unknown): void {
    server.broadcast('all', '/', data)
  }

  @OnMessage('echo')
  echo(@Data() data: unknown): unknown {
    return data
  }

  @OnMessage('upload')
  upload(@Data(Upload) upload: Upload): unknown {
    return { size: upload.bytes.length, at: upload.at, isLast: upload.isLast }
  }

  @OnMessage('wrapped')
  wrapped(@Data(Wrapped) { name, parts }: Wrapped): unknown {
    return { name, parts }
  }

  @OnMessage('join in')
  @Join('/other')
  @Broadcast('joined in')
  both(): unknown {
    return { n: 1n }
  }
}

/** Options of an app that speaks JSON and MessagePack. */
export function options(more: Partial<WsAppOptions> = {}): WsAppOptions {
  return { controllers: [Chat, Plain], codecs: [msgpack()], recovery: true, ...more }
}

/** Connects a client that speaks MessagePack. */
export const packed = ({ url }: StartedApp): Promise<PackedClient> => PackedClient.connect(url)
