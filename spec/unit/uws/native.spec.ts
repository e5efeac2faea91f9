import { describe, expect, it } from '@jest/globals'
import { explain } from '../../../lib/uws/native.js'

const missing = { code: 'ERR_MODULE_NOT_FOUND' }
const wrongBinary = new Error('This version of uWS.js supports only Node.js versions 18, 20')

describe('explain', () => {
  it.each([
    ['20.19.0', missing, 'uWebSockets.js is not installed'],
    ['22.1.0', missing, 'uWebSockets.js is not installed'],
    ['20.19.0', wrongBinary, 'cannot be loaded by Node 20.19.0'],
    ['22.1.0', 'anything thrown', 'cannot be loaded by Node 22.1.0'],
    ['21.0.0', undefined, 'cannot be loaded by Node 21.0.0'],
  ])('names on Node %s the package to install (%p)', (version, error, fault) => {
    const text = explain(error, version)
    expect(text).toContain(fault)
    expect(text).toMatch(/Run: npm install uWebSockets\.js@npm:uws-pack@20\.0\.8$/)
  })

  it.each([['24.0.0'], ['19.9.0'], ['26.1.0']])(
    'names on Node %s, for which the pack has no binary, the official package',
    (version) => {
      expect(explain(missing, version)).toContain(
        'Run: npm install github:uNetworking/uWebSockets.js (its newest release;',
      )
      expect(explain(wrongBinary, version)).toContain('Node 18, 20, 21, 22 only')
    },
  )

  it('names platform and architecture', () => {
    expect(explain(wrongBinary, '20.0.0')).toContain(`${process.platform} ${process.arch}`)
  })
})
