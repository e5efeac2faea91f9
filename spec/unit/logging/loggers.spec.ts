import { describe, expect, it } from '@jest/globals'
import { silentLogger, type WsLogger } from '../../../lib/logging/logger.js'
import { safeLogger } from '../../../lib/logging/safe-logger.js'
import { fork } from '../../support/fork.js'
import { createRecordingLogger } from '../../support/recording-logger.js'

const levels = ['debug', 'info', 'warn', 'error'] as const

describe('safeLogger', () => {
  it.each(levels)('hands %s on', (level) => {
    const logger = createRecordingLogger()
    safeLogger(logger)[level]({ a: 1 }, 'text')
    expect(logger.entries).toEqual([{ level, fields: { a: 1 }, message: 'text' }])
  })

  it.each(levels)('ends what %s throws', (level) => {
    const logger = { [level]: () => JSON.parse('{') as never } as unknown as WsLogger
    expect(() => safeLogger(logger)[level]({}, 'text')).not.toThrow()
  })

  it('calls the logger as its method', () => {
    class Counting {
      lines = 0
      info(): void {
        this.lines++
      }
    }
    const logger = new Counting()
    safeLogger(logger as unknown as WsLogger).info({}, 'text')
    expect(logger.lines).toBe(1)
  })
})

describe('silentLogger', () => {
  it.each(levels)('has %s', (level) => {
    expect(silentLogger[level]({}, 'text')).toBeUndefined()
  })
})

describe('createPinoLogger', () => {
  async function linesAt(level: string): Promise<Record<string, unknown>[]> {
    const env = { LOG_LEVEL: level }
    const child = await fork('spec/support/fixtures/logging.ts', { ready: /written/, env })
    const { stdout } = await child.exit
    const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  it('writes lines of JSON, with the cause of an error', async () => {
    expect(await linesAt('info')).toEqual([
      expect.objectContaining({ name: 'enfilade', level: 30, answer: 42, msg: 'an info line' }),
      expect.objectContaining({ level: 50, err: expect.objectContaining({ message: 'cause' }) }),
    ])
  })

  it('leaves out what is below LOG_LEVEL', async () => {
    expect(await linesAt('error')).toEqual([expect.objectContaining({ msg: 'an error line' })])
  })

  it('says nothing at LOG_LEVEL=silent', async () => {
    expect(await linesAt('silent')).toEqual([])
  })

  it('says so when LOG_LEVEL is no level, and logs at info', async () => {
    const texts = (await linesAt('verbose')).map(({ msg }) => msg)
    expect(texts).toEqual([
      'LOG_LEVEL "verbose" is no level; logging at info',
      'an info line',
      'an error line',
    ])
  })
})
