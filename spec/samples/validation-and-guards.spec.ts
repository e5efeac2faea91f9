import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startSample, type Sample } from '../support/sample.js'
import { WireClient } from '../support/wire-client.js'

const BOOKING = { table: 2, at: '19:30', guests: [{ name: 'Ann' }], email: 'ann@example.com' }

describe('the sample of validation and guards', () => {
  let sample: Sample
  let guest: WireClient
  let host: WireClient
  beforeAll(async () => {
    sample = await startSample('03-validation-and-guards')
    guest = await WireClient.connect(`${sample.url}?token=ann-token`)
    host = await WireClient.connect(`${sample.url}?token=henri-token`)
  })
  afterAll(async () => {
    await Promise.all([guest.close(), host.close()])
    await sample.child.stop()
  })

  it('closes with 4401 and a hint without a token', async () => {
    const stranger = await WireClient.connect(sample.url)
    expect(await stranger.closed).toEqual({
      code: 4401,
      reason: 'Connect with ?token=ann-token or ?token=henri-token',
    })
  })

  it('books, maps a taken table to 409, and lets hosts only cancel and read the journal', async () => {
    const key = '2@19:30'
    expect(await guest.call('book', '/bookings', BOOKING)).toEqual({ key, guests: 1 })
    await expect(guest.call('book', '/bookings', BOOKING)).rejects.toMatchObject({
      code: 409,
      message: 'Table 2 is taken at 19:30',
    })
    await expect(guest.call('cancel', `/bookings/${key}`)).rejects.toMatchObject({
      code: 403,
      message: 'Only a host may do this',
    })
    expect(await host.call('cancel', `/bookings/${key}`)).toEqual({ cancelled: key })
    await expect(host.call('cancel', `/bookings/${key}`)).rejects.toMatchObject({ code: 404 })
    expect(await host.call('journal', '/bookings')).toEqual([
      'Ann: book done',
      'Ann: book refused',
      'Ann: cancel refused',
      'Henri: cancel done',
      'Henri: cancel refused',
    ])
  })

  it.each([
    ['a time it does not serve', { at: '17:10' }, 'at', 'isServingTime'],
    ['a table it does not have', { table: 7 }, 'table', 'max'],
    ['a diet it cannot cook', { guests: [{ name: 'B', diet: 'pizza' }] }, 'guests.0.diet', 'isIn'],
    ['a guest without a name', { guests: [{}] }, 'guests.0.name', 'isString'],
    ['a bad optional address', { email: 'ann' }, 'email', 'isEmail'],
    ['a field of nobody', { vip: true }, 'vip', 'whitelistValidation'],
  ])('refuses %s with 400, naming field and rule', async (_what, change, field, rule) => {
    const call = guest.call('book', '/bookings', { ...BOOKING, table: 3, ...change })
    await expect(call).rejects.toMatchObject({
      code: 400,
      details: expect.arrayContaining([expect.objectContaining({ field, rule })]),
    })
  })
})
