import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startSample, type Sample } from '../support/sample.js'
import { WireClient } from '../support/wire-client.js'

const SOUTH = /south {2}ws:\/\/localhost:(\d+)/

describe('the sample of injection and transport', () => {
  let sample: Sample
  let north: string
  let south: string
  beforeAll(async () => {
    // Two ports: the second of two neighbours need not be free.
    sample = await startSample('04-injection-and-transport', { env: { PORT: '0' } })
    north = sample.url
    south = `ws://localhost:${SOUTH.exec(await sample.child.nextLine(SOUTH))?.[1]}`
  })
  afterAll(() => sample.child.stop())

  it('shows a bid made in one saleroom to those who watch in the other, once', async () => {
    const watcher = await WireClient.connect(north)
    const bidder = await WireClient.connect(south)
    expect(await watcher.call('watch', '/lots/vase')).toEqual({ highest: 0 })
    expect(await bidder.call('bid', '/lots/vase', { amount: 100 })).toMatchObject({ bids: 1 })
    expect(await watcher.nextPush('bid')).toMatchObject({
      path: '/lots/vase',
      params: { lot: 'vase' },
      data: { amount: 100, saleroom: 'south' },
    })
    await expect(bidder.call('bid', '/lots/vase', { amount: 100 })).rejects.toMatchObject({
      code: 409,
      message: 'The highest bid for vase is 100',
    })
    await bidder.call('bid', '/lots/vase', { amount: 101 })
    expect(await watcher.nextPush('bid')).toMatchObject({ data: { amount: 101 } })
    await Promise.all([watcher.close(), bidder.close()])
  })

  it('listens to a lot from its first watcher to its last', async () => {
    const [first, second] = await Promise.all([
      WireClient.connect(north),
      WireClient.connect(north),
    ])
    await Promise.all([first.call('watch', '/lots/clock'), second.call('watch', '/lots/clock')])
    await Promise.all([first.close(), second.close()])
    await sample.child.nextLine(/^north is done with ws:room:\/lots\/clock$/)
    const lines = sample.child.stdout.match(/north listens to ws:room:\/lots\/clock/g)
    expect(lines).toHaveLength(1)
  })

  it('gives each connection a paddle of its own, and disposes of it with the connection', async () => {
    const [first, second] = await Promise.all([
      WireClient.connect(south),
      WireClient.connect(south),
    ])
    const bids = [
      await first.call('bid', '/lots/lamp', { amount: 1 }),
      await first.call('bid', '/lots/lamp', { amount: 2 }),
      await second.call('bid', '/lots/lamp', { amount: 3 }),
    ]
    expect(bids).toMatchObject([{ bids: 1 }, { bids: 2 }, { bids: 1 }])
    const { paddle } = bids[0] as { paddle: string }
    await first.close()
    await sample.child.nextLine(new RegExp(`south: paddle ${paddle} returned after 2 bid`))
    await second.close()
  })
})
