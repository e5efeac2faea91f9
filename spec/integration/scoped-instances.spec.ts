import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  Connection,
  Controller,
  Join,
  OnConnect,
  OnDisconnect,
  OnLeave,
  OnMessage,
  Use,
  WsConnection,
  WsContext,
  type WsNext,
} from 'enfilade'
import { container, inject, injectable, Lifecycle, scoped, singleton } from 'tsyringe'
import { defer } from '../support/deadline.js'
import { Inbox } from '../support/inbox.js'
import { failureOf } from '../support/outcome.js'
import { startApp } from '../support/start-app.js'

describe('a class @scoped per connection', () => {
  let disposed: Inbox<string>

  beforeEach(() => {
    disposed = new Inbox<string>('a disposal')
  })

  @scoped(Lifecycle.ContainerScoped)
  class Cart {
    readonly items: unknown[] = []
    constructor(private readonly connection: WsConnection) {}

    owner(): string {
      return this.connection.id
    }

    dispose(): void {
      disposed.push(`cart of ${this.items.length}`)
    }
  }

  @scoped(Lifecycle.ContainerScoped)
  class Audit {
    readonly trail: string[] = []
    constructor(private readonly connection: WsConnection) {}

    handle({ event, connection }: WsContext, next: WsNext): unknown {
      this.trail.push(event)
      if (connection !== this.connection) throw new Error('the wrong connection')
      return next()
    }
  }

  @scoped(Lifecycle.ContainerScoped)
  @Controller('/cart')
  @Use(Audit)
  class CartController {
    static built = 0
    static readonly release = { current: defer<void>() }

    constructor(
      private readonly cart: Cart,
      private readonly connection: WsConnection,
      private readonly audit: Audit,
    ) {
      CartController.built++
    }

    @OnMessage('add')
    add(@Connection() connection: WsConnection): object {
      const count = this.cart.items.push('item')
      const isMine = this.connection === connection && this.cart.owner() === connection.id
      return { count, isMine, trail: this.audit.trail }
    }

    @OnMessage('slow')
    @Join()
    async slow(): Promise<void> {
      await CartController.release.current.promise
      this.cart.items.push('late')
    }

    @OnDisconnect()
    gone(): void {
      disposed.push(`gone with ${this.cart.items.length}`)
    }

    @OnLeave()
    left(): void {
      disposed.push(`left with ${this.cart.items.length}`)
    }
  }

  it('has one instance a connection, shared by controller, middleware and service', async () => {
    CartController.built = 0
    const { connect } = await startApp({ controllers: [CartController] })
    const [ann, ben] = await Promise.all([connect(), connect()])
    expect(CartController.built).toBe(0)
    await ann.call('add', '/cart')
    expect(await ann.call('add', '/cart')).toEqual({
      count: 2,
      isMine: true,
      trail: ['add', 'add'],
    })
    expect(await ben.call('add', '/cart')).toEqual({ count: 1, isMine: true, trail: ['add'] })
    expect(CartController.built).toBe(2)
  })

  it('is disposed of when its connection has been taken leave of, and no other', async () => {
    const { connect } = await startApp({ controllers: [CartController] })
    const [ann, ben] = await Promise.all([connect(), connect()])
    await ann.call('add', '/cart')
    await ben.call('add', '/cart')
    await ann.close()
    expect(await disposed.next()).toBe('gone with 1')
    expect(await disposed.next()).toBe('cart of 1')
    expect(await ben.call('add', '/cart')).toMatchObject({ count: 2 })
    expect(disposed.waiting).toEqual([])
    await ben.close()
    expect(await disposed.next()).toBe('gone with 2')
    expect(await disposed.next()).toBe('cart of 2')
  })

  it('outlives the handlers that run when the connection ends', async () => {
    CartController.built = 0
    const { connect, stop } = await startApp({ controllers: [CartController] })
    const client = await connect()
    client.send('slow', '/cart')
    await client.call('add', '/cart')
    client.send('slow', '/cart')
    await client.close()
    expect(await disposed.next()).toBe('gone with 1')
    expect(disposed.waiting).toEqual([])
    CartController.release.current.resolve()
    expect(await disposed.next()).toBe('cart of 3')
    expect(CartController.built).toBe(1)
    await stop()
    expect(disposed.waiting).toEqual([])
  })

  it('leaves the singletons it was given to others, whoever needed them first', async () => {
    @singleton()
    class Database {
      dispose(): void {
        disposed.push('database')
      }
    }

    @injectable()
    class Orders {
      constructor(readonly database: Database) {}
    }

    @singleton()
    class Mailer {
      dispose(): void {
        disposed.push('mailer')
      }
    }

    @scoped(Lifecycle.ContainerScoped)
    @Controller('/orders')
    class OrdersController {
      constructor(
        private readonly orders: Orders,
        @inject(Mailer) private readonly mailer: object,
      ) {}

      @OnMessage('open')
      open(): boolean {
        return this.orders.database instanceof Database && this.mailer instanceof Mailer
      }

      dispose(): void {
        disposed.push('controller')
      }
    }

    const { connect, stop } = await startApp({ controllers: [OrdersController] })
    const client = await connect()
    expect(await client.call('open', '/orders')).toBe(true)
    await client.close()
    expect(await disposed.next()).toBe('controller')
    expect(disposed.waiting).toEqual([])
    await stop()
    expect([await disposed.next(), await disposed.next()]).toEqual(['database', 'mailer'])
  })

  it('does not take a singleton with it that it was the first to need', async () => {
    @singleton()
    class Pool {
      isOpen = true

      dispose(): void {
        this.isOpen = false
      }
    }
    @scoped(Lifecycle.ContainerScoped)
    @Controller()
    class Query {
      constructor(private readonly pool: Pool) {}

      @OnMessage('isOpen')
      isOpen(): boolean {
        return this.pool.isOpen
      }

      dispose(): void {
        disposed.push('query')
      }
    }
    const { connect } = await startApp({ controllers: [Query] })
    const [ann, ben] = await Promise.all([connect(), connect()])
    await ann.call('isOpen', '/')
    await ann.close()
    expect(await disposed.next()).toBe('query')
    expect(await ben.call('isOpen', '/')).toBe(true)
  })

  it('is found in a container that was made before the class', async () => {
    const early = container.createChildContainer()
    @scoped(Lifecycle.ContainerScoped)
    @Controller()
    class Late {
      #count = 0

      @OnMessage('count')
      count(): number {
        return ++this.#count
      }
    }
    const { connect } = await startApp({ controllers: [Late], container: early })
    for (const client of [await connect(), await connect()]) {
      expect(await client.call('count', '/')).toBe(1)
    }
  })

  it('whose constructor throws is a 500 of that message, and 1011 on connect', async () => {
    @scoped(Lifecycle.ContainerScoped)
    @Controller()
    class Broken {
      constructor() {
        throw new Error('out of paint')
      }

      @OnMessage('go')
      go(): void {}
    }
    @scoped(Lifecycle.ContainerScoped)
    @Controller()
    class BrokenOnConnect extends Broken {
      @OnConnect()
      connect(): void {}
    }
    const { connect, logger } = await startApp({ controllers: [Broken] })
    const failure = await failureOf((await connect()).call('go', '/'))
    expect(failure).toEqual({ code: 500, message: 'Internal Error' })
    expect(String((await logger.next('error')).fields.err)).toMatch('out of paint')
    const other = await startApp({ controllers: [BrokenOnConnect] })
    expect(await (await other.connect()).closed).toEqual({ code: 1011, reason: 'Internal Error' })
  })

  it('whose dispose fails is logged, and harms nobody', async () => {
    @scoped(Lifecycle.ContainerScoped)
    @Controller()
    class Sticky {
      @OnMessage('go')
      go(): string {
        return 'gone'
      }

      dispose(): Promise<void> {
        return Promise.reject(new Error('stuck'))
      }
    }
    const { connect, logger } = await startApp({ controllers: [Sticky] })
    const [ann, ben] = await Promise.all([connect(), connect()])
    await ann.call('go', '/')
    await ann.close()
    expect((await logger.next('error')).message).toBe('dispose failed')
    expect(await ben.call('go', '/')).toBe('gone')
  })
})
