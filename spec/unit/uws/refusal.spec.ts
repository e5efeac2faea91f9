import { describe, expect, it } from '@jest/globals'
import { WsError } from '../../../lib/errors/ws-error.js'
import { toCloseRefusal, toHttpRefusal } from '../../../lib/uws/refusal.js'

describe('what authorize threw', () => {
  it.each([
    [400, 403, 4403],
    [401, 401, 4401],
    [402, 403, 4403],
    [403, 403, 4403],
    [404, 403, 4403],
    [408, 408, 4408],
    [409, 403, 4403],
    [429, 429, 1013],
    [500, 500, 1011],
    [502, 500, 1011],
    [503, 503, 1013],
    [4000, 403, 4403],
    [-1, 403, 4403],
  ])('is for WsError %d the status %d or the close code %d', (code, status, closeCode) => {
    const error = new WsError(code, 'No entry')
    expect(toHttpRefusal(error)).toEqual({ status, reason: 'No entry' })
    expect(toCloseRefusal(error)).toEqual({ code: closeCode, reason: 'No entry' })
  })

  it.each([[new Error('secret')], ['secret'], [undefined], [null], [{ code: 401 }]])(
    'is told to nobody when it is no WsError: %p',
    (error) => {
      expect(toHttpRefusal(error)).toEqual({ status: 500, reason: 'Internal Error' })
      expect(toCloseRefusal(error)).toEqual({ code: 1011, reason: 'Internal Error' })
    },
  )

  it('cannot smuggle lines into an HTTP answer', () => {
    const { reason } = toHttpRefusal(new WsError(401, 'No\r\nSet-Cookie: a=b\n\nmore'))
    expect(reason).toBe('No Set-Cookie: a=b more')
  })
})
