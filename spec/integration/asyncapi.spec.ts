import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Parser } from '@asyncapi/parser'
import { Type } from 'class-transformer'
import {
  ArrayMaxSize,
  IsArray,
  IsEmail,
  IsEnum,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator'
import { RedisBroadcastTransport } from 'enfilade/redis'
import { container as root } from 'tsyringe'
import {
  Broadcast,
  Controller,
  Data,
  Describe,
  Join,
  OnMessage,
  Param,
  Presence,
  createWsApp,
  defineChannel,
  type AsyncApiDocument,
  type WsApp,
} from 'enfilade'
import { createEcho } from '../../samples/01-echo/echo.js'
import { ChatController } from '../../samples/02-chat/chat-controller.js'
import { createChat } from '../../samples/02-chat/chat.js'
import { createRestaurant } from '../../samples/03-validation-and-guards/restaurant.js'
import { createAuctionHouse } from '../../samples/04-injection-and-transport/house.js'
import { createBoard } from '../../samples/05-auth/board.js'
import { BoardController } from '../../samples/06-cursors/board-controller.js'
import { createBoard as createCursors } from '../../samples/06-cursors/board.js'
import { NodeController, Place } from '../../samples/07-cluster/node-controller.js'
import { createWhiteboard } from '../../samples/08-whiteboard/whiteboard.js'
import { createText } from '../../samples/09-text/text.js'
import { startApp } from '../support/start-app.js'

enum Size {
  SMALL = 's',
  LARGE = 'l',
}

enum Level {
  LOW,
  HIGH,
}

class Topping {
  @IsString() @Length(1, 20) name!: string
  @IsOptional() @Type(() => Topping) @ValidateNested() under?: Topping
}

@Describe({ description: 'What is ordered' })
class Order {
  @Describe({ description: 'Who pays', examples: ['ann@example.com'] })
  @IsEmail()
  by!: string
  @IsInt() @Min(1) @Max(9) count!: number
  @IsEnum(Size) size!: Size
  @IsOptional() @IsEnum(Level) level?: Level
  @IsIn(['a', 'b']) kind!: string
  @IsArray()
  @ArrayMaxSize(3)
  @Type(() => Topping)
  @ValidateNested({ each: true })
  toppings!: Topping[]
  @IsOptional() @IsString({ each: true }) @Matches(/^x/, { each: true }) tags?: string[]
}

class Receipt {
  @IsInt() at!: number
}

class Cursor {
  @IsInt() x!: number
}

@Describe({ tags: ['Orders'] })
@Presence(Cursor)
@Controller('/tables/:table')
class Orders {
  @OnMessage('order')
  @Broadcast('ordered')
  @Describe({
    summary: 'Orders something <now>',
    description: 'More of it',
    examples: [{ by: 'ann@example.com' }],
    deprecated: true,
    reply: Receipt,
  })
  order(@Data() order: Order): Receipt {
    return Object.assign(new Receipt(), { at: order.count })
  }

  @OnMessage('enter', '/seats{/:seat}')
  @Join()
  enter(@Param('table') table: string): string {
    return table
  }

  @OnMessage('many')
  many(@Data([Topping]) toppings: Topping[]): number {
    return toppings.length
  }

  @OnMessage('rows')
  async *rows(): AsyncGenerator<string> {
    yield 'a'
  }

  @OnMessage('free', '/*path')
  free(@Data(Object, { optional: true }) data: unknown): unknown {
    return data
  }
}

/** The parser takes seconds for its first document. */
const PATIENCE = 60_000

const info = { title: 'Orders', version: '1.0.0' }
let document: AsyncApiDocument

/** Making one takes a second. */
const parser = new Parser()

async function faultsOf(given: unknown): Promise<string[]> {
  const { diagnostics } = await parser.parse(JSON.stringify(given))
  return diagnostics
    .filter(({ severity }) => String(severity) === '0')
    .map(({ message, path }) => `${path.join('.')}: ${message}`)
}

beforeAll(async () => {
  const app = createWsApp({ controllers: [Orders], logger: false, authorize: () => ({}) })
  document = await app.asyncapi({
    info,
    servers: { production: { host: 'example.com', protocol: 'wss', pathname: '/ws' } },
  })
  await app.close()
})

it(
  'is valid',
  async () => {
    expect(await faultsOf(document)).toEqual([])
  },
  PATIENCE,
)

/** A broker that cannot be reached. */
const nowhere = new RedisBroadcastTransport({ url: 'redis://127.0.0.1:1' })
afterAll(() => nowhere.close())

const samples: [string, () => WsApp | WsApp[]][] = [
  ['01-echo', createEcho],
  ['02-chat', createChat],
  ['03-validation-and-guards', createRestaurant],
  [
    '04-injection-and-transport',
    () => {
      const { north, south } = createAuctionHouse()
      return [north, south]
    },
  ],
  ['05-auth', () => createBoard(60)],
  ['06-cursors', createCursors],
  [
    '07-cluster',
    () => {
      const container = root.createChildContainer()
      container.registerInstance(Place, new Place('north', nowhere))
      const controllers = [ChatController, BoardController, NodeController]
      return createWsApp({ controllers, container, logger: false })
    },
  ],
  ['08-whiteboard', () => createWhiteboard(boards)],
  ['09-text', createText],
]

const boards = mkdtempSync(join(tmpdir(), 'enfilade-boards-'))
afterAll(() => rmSync(boards, { recursive: true }))

it.each(samples)(
  'of the sample %s is valid, and says something',
  async (_name, create) => {
    for (const app of [create()].flat()) {
      const made = await app.asyncapi({ info })
      await app.close()
      expect(await faultsOf(made)).toEqual([])
      const documents = Object.values(made.channels).filter((one) => 'x-document' in one)
      expect(Object.keys(made.operations).length + documents.length).toBeGreaterThan(0)
    }
  },
  PATIENCE,
)

describe('the document', () => {
  it('has a channel for each path, with its parameters', () => {
    const channels = Object.values(document.channels).map(({ address, parameters = {} }) => [
      address,
      Object.keys(parameters),
    ])
    expect(channels).toEqual([
      ['/tables/{table}', ['table']],
      ['/tables/{table}/seats/{seat}', ['table', 'seat']],
      ['/tables/{table}/{path}', ['table', 'path']],
    ])
  })

  it('has the rules of the DTO classes', () => {
    const { Order: order, Topping: topping } = document.components.schemas
    expect(order).toEqual({
      description: 'What is ordered',
      type: 'object',
      properties: {
        by: {
          ...{ type: 'string', format: 'email' },
          ...{ description: 'Who pays', examples: ['ann@example.com'] },
        },
        count: { type: 'integer', minimum: 1, maximum: 9 },
        size: { type: 'string', enum: ['s', 'l'] },
        level: { type: 'number', enum: [0, 1] },
        kind: { type: 'string', enum: ['a', 'b'] },
        toppings: { type: 'array', maxItems: 3, items: { $ref: '#/components/schemas/Topping' } },
        tags: { type: 'array', items: { type: 'string', pattern: '^x' } },
      },
      required: ['by', 'count', 'size', 'kind', 'toppings'],
      additionalProperties: false,
    })
    expect(topping).toMatchObject({
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 20 },
        under: { $ref: '#/components/schemas/Topping' },
      },
      required: ['name'],
    })
  })

  it('has calls with replies, pushes and streams', () => {
    const { operations, channels } = document
    expect(operations['Orders.order']).toMatchObject({
      action: 'receive',
      summary: 'Orders something <now>',
      tags: [{ name: 'Orders' }],
      'x-deprecated': true,
      reply: { messages: [{ $ref: '#/channels/tables-table/messages/order.reply' }] },
    })
    expect(operations['Orders.order.push']).toMatchObject({ action: 'send' })
    expect(operations['Orders.rows']).toMatchObject({ 'x-stream': true })
    const messages = channels['tables-table']?.messages
    expect(messages?.['order.call']?.payload).toMatchObject({
      properties: { event: { const: 'order' }, data: { $ref: '#/components/schemas/Order' } },
      required: ['event', 'path', 'data'],
    })
    expect(messages?.['ordered.push']?.payload).toMatchObject({
      properties: { data: { $ref: '#/components/schemas/Receipt' } },
    })
    expect(messages?.['many.call']?.payload).toMatchObject({
      properties: { data: { type: 'array', items: { $ref: '#/components/schemas/Topping' } } },
    })
    expect(messages).toHaveProperty(['presence.push'])
    expect(messages).toHaveProperty(['rows.item'])
  })

  it('takes from @Describe what no class says: of calls, replies and pushes', async () => {
    const text = { type: 'object', properties: { text: { type: 'string' } } }
    const talk = defineChannel('/talk/:room')<{
      calls: { say(data: { text: string }): number }
      pushes: { said: { text: string }; read: number }
    }>()
    @Describe({ pushes: { closed: String } })
    @Controller(talk)
    class Talk {
      @OnMessage(talk, 'say')
      @Broadcast('said')
      @Describe({ data: text, reply: Number, pushes: { said: text, read: [Number] } })
      say(@Data() data: { text: string }): number {
        return data.text.length
      }
    }
    const app = createWsApp({ controllers: [Talk], logger: false })
    const made = await app.asyncapi({ info })
    await app.close()
    const messages = made.channels['talk-room']?.messages ?? {}
    const dataOf = (key: string): unknown =>
      (messages[key]?.payload.properties as { data?: unknown } | undefined)?.data
    expect(dataOf('say.call')).toEqual(text)
    expect(messages['say.call']?.payload).toMatchObject({ required: ['event', 'path', 'data'] })
    expect(dataOf('said.push')).toEqual(text)
    expect(dataOf('read.push')).toEqual({ type: 'array', items: { type: 'number' } })
    expect(dataOf('closed.push')).toEqual({ type: 'string' })
    expect(Object.keys(messages)).toEqual([
      ...['say.call', 'say.reply', 'said.push', 'read.push', 'closed.push'],
    ])
    expect(await faultsOf(made)).toEqual([])
  })

  it('has the records of documents', async () => {
    const app = createWhiteboard(boards)
    const { channels, components } = await app.asyncapi({ info })
    await app.close()
    expect(channels['board-board']).toMatchObject({
      address: '/board/{board}',
      'x-document': {
        records: { note: { $ref: '#/components/schemas/Note' } },
        presence: { $ref: '#/components/schemas/Visitor' },
      },
    })
    expect(components.schemas.Note).toHaveProperty('properties.text')
  })

  it('says how one gets in, where authorize decides', async () => {
    expect(document.servers).toMatchObject({ production: { security: [{}], pathname: '/ws' } })
    const app = createWsApp({ controllers: [Orders], logger: false })
    const open = await app.asyncapi({ info })
    expect(open.components.securitySchemes).toBe(undefined)
    await app.close()
  })

  it('changes with a DTO', async () => {
    const describeWith = async (max: number): Promise<unknown> => {
      class Small {
        @IsInt() @Max(max) n!: number
      }
      @Controller('/a')
      class A {
        @OnMessage('a')
        a(@Data() small: Small): number {
          return small.n
        }
      }
      const app = createWsApp({ controllers: [A], logger: false })
      const made = await app.asyncapi({ info })
      await app.close()
      return made.components.schemas.Small
    }
    expect(await describeWith(3)).toMatchObject({ properties: { n: { maximum: 3 } } })
    expect(await describeWith(4)).toMatchObject({ properties: { n: { maximum: 4 } } })
  })

  it.each([[{}], [{ info: {} }], [{ info: { title: 'a' } }]])(
    'needs more than %j',
    async (given) => {
      const app = createWsApp({ controllers: [Orders], logger: false })
      await expect(app.asyncapi(given as never)).rejects.toThrow('info needs a title and a version')
      await app.close()
    },
  )
})

describe('the page', () => {
  it('is served with the document, and lets nothing of the app’s text become HTML', async () => {
    const { app, port } = await startApp({ controllers: [Orders] })
    await expect(app.asyncapi({ info, page: 'docs' })).rejects.toThrow('page is a path')
    const made = await app.asyncapi({ info, page: '/docs' })
    const response = await fetch(`http://127.0.0.1:${port}/docs`)
    expect(response.url).toBe(`http://127.0.0.1:${port}/docs/`)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    const html = await response.text()
    expect(html).toContain('Orders something &#60;now&#62;')
    expect(html).not.toContain('<now>')
    expect(html).not.toContain('<script')
    expect(html).not.toMatch(/(src|href)="https?:/)
    const json: unknown = await (await fetch(`http://127.0.0.1:${port}/docs/asyncapi.json`)).json()
    expect(json).toEqual(JSON.parse(JSON.stringify(made)))
  })
})
