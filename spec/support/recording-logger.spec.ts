import { describe, expect, it } from '@jest/globals'
import { createRecordingLogger } from './recording-logger.js'

describe('createRecordingLogger', () => {
  it('records level, fields and message, of child loggers too', async () => {
    const logger = createRecordingLogger()
    const boom = new Error('boom')
    logger.info('port %d', 80)
    logger.child({ room: 'a' }).warn({ size: 2 }, 'full')
    logger.error(boom, 'failed')
    expect(logger.entries).toEqual([
      { level: 'info', fields: {}, message: 'port 80' },
      { level: 'warn', fields: { room: 'a', size: 2 }, message: 'full' },
      { level: 'error', fields: { err: boom }, message: 'failed' },
    ])
    expect([logger.warnings().length, logger.errors().length]).toEqual([1, 1])
    expect((await logger.next('error')).message).toBe('failed')
  })
})
