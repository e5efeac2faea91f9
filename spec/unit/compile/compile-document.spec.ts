import { describe, expect, it } from '@jest/globals'
import { IsNumber } from 'class-validator'
import {
  Access,
  Connection,
  Controller,
  createWsApp,
  Data,
  OnMessage,
  Param,
  Presence,
  Session,
  WsDefinitionError,
} from 'enfilade'
import { CanWrite, Document, MemoryStorage, OnCommit, OnSessionRemoved } from 'enfilade/documents'
import { createRecordingLogger } from '../../support/recording-logger.js'

class Shape {
  @IsNumber() x!: number
}

const records = { shape: Shape }

/** What start-up says of classes. */
function problemsOf(...controllers: (new (...args: never[]) => object)[]): string[] {
  try {
    createWsApp({ controllers, logger: false })
  } catch (error) {
    if (!(error instanceof WsDefinitionError)) throw error
    return error.problems.map(({ where, problem }) => `${where}: ${problem}`)
  }
  return []
}

describe('@Document', () => {
  it('is told of everything that is wrong with it, together', () => {
    @Presence(Shape)
    @Document('/board/:board', { records, storage: 'nowhere', idleTimeout: -1 })
    class Board {
      @Access() access(@Data() _data: object, @Param('wrong') _wrong: string) {}
      @Access() again() {}
      @CanWrite('note') note() {}
      @CanWrite() nothing() {}
      @CanWrite('shape') shape(_a: unknown, _b: unknown, _c: unknown, _d: unknown) {}
      @CanWrite('shape') same() {}
      @OnCommit() committed(_change: unknown, @Session() _session: unknown) {}
      @OnSessionRemoved() left(@Param('other') _other: string) {}
      @OnMessage('say') say() {}
      forgotten(@Connection() _connection: unknown) {}
    }
    expect(problemsOf(Board).sort()).toEqual(
      [
        'Board: @Presence has no meaning for a document',
        'Board: @Document: idleTimeout must be a whole number from 0, got -1',
        'Board: @Document: storage: "nowhere" is not registered',
        'Board.access: @Data on parameter #0, but there is no message in document',
        `Board.access: @Param('wrong') on parameter #1, but "/board/:board" has no ":wrong"`,
        'Board.again: @Access(), but Board.access has it already',
        'Board.note: @CanWrite: the document has no records "note"',
        'Board.nothing: @CanWrite names no type of record',
        'Board.shape: parameter #3 has no decorator and would be undefined',
        "Board.same: @CanWrite('shape'), but Board.shape has it already",
        'Board.committed: @Session on parameter #1 has no meaning here',
        'Board.left: @Param("other") on parameter #0 is not in the path',
        'Board.say: handles messages, in a document',
        'Board.forgotten: has decorators, but is no hook of the document',
      ].sort(),
    )
  })

  it('says what a document is made of, and has a path of its own', () => {
    @Document('/a/:id', {})
    class Nothing {}
    @Document('/b', { records, engine: {} as never })
    class Both {}
    @Document('/c', { engine: {} as never })
    class NoEngine {}
    @Document('/d', { records: { shape: { type: 7 as never } } })
    class NoType {}
    @Document('no path', { records })
    class NoPath {}
    @Document('/a/:other', { records })
    class Taken {}
    @Controller('/e')
    @Document('/e', { records })
    class Controlled {}
    @Document('/f', { records, storge: new MemoryStorage() } as never)
    class Misspelt {}
    const all = [Nothing, Both, NoEngine, NoType, NoPath, Taken, Controlled, Misspelt]
    expect(problemsOf(...all)).toEqual([
      'Nothing: @Document: neither records nor engine',
      'Both: @Document: both records and engine',
      'NoEngine: @Document: engine: an object makes no engines',
      'NoType: @Document: records.shape: 7 is no class',
      'NoPath: bad path "no path": a path starts with "/"',
      'Taken: the documents of "/a/:other" are those of Nothing already',
      'Controlled: is a controller and a document',
      'Misspelt: @Document: storge is no option',
    ])
  })

  it('has hooks that controllers have not', () => {
    @Controller('/chat')
    class Chat {
      @OnCommit() committed() {}
    }
    expect(problemsOf(Chat)).toEqual([
      'Chat.committed: is a hook of a document, but its class is none',
    ])
  })

  it('is no controller that handles nothing', async () => {
    @Document('/board/:board', { records })
    class Board {}
    const logger = createRecordingLogger()
    await createWsApp({ controllers: [Board], logger }).close()
    expect(logger.warnings()).toEqual([])
  })
})
