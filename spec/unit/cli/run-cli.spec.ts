import { describe, expect, it } from '@jest/globals'
import type { CliCall, CliCommand } from '../../../lib/cli/command.js'
import { processIo } from '../../../lib/cli/cli-io.js'
import { CliError } from '../../../lib/cli/cli-error.js'
import { runCli } from '../../../lib/cli/run-cli.js'
import { recordingIo } from '../../support/recording-io.js'

const calls: CliCall[] = []

const greet: CliCommand = {
  name: 'greet',
  summary: 'Greets somebody',
  operands: ['<name>'],
  details: 'Details.',
  options: {
    times: { short: 't', value: 'number', help: 'How often' },
    loud: { help: 'Whether to shout' },
  },
  run: (call) => {
    calls.push(call)
    return Promise.resolve(7)
  },
}

const fail = (error: unknown): CliCommand => ({
  ...greet,
  name: 'fail',
  operands: [],
  run: () => Promise.reject(error),
})

async function run(args: string[], commands = [greet]) {
  const io = recordingIo()
  const code = await runCli(args, commands, io)
  return { code, out: io.written.out, err: io.written.err }
}

describe('runCli', () => {
  it('hands operands and options to the command, whose code it returns', async () => {
    const { code } = await run(['greet', 'Ann', '-t', '3', '--loud'])
    expect(code).toBe(7)
    expect(calls.pop()).toMatchObject({ operands: ['Ann'], options: { times: '3', loud: true } })
  })

  it('shows the help without a command, and takes that for a mistake', async () => {
    const { code, out, err } = await run([])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('greet  Greets somebody')
  })

  it.each([['--help'], ['-h'], ['help']])('shows the help of all with %s', async (flag) => {
    const { code, out } = await run([flag])
    expect(code).toBe(0)
    expect(out).toMatch(/Usage: enfilade <command> \[options\]\n[^]*greet {2}Greets somebody/)
  })

  it.each([[['help', 'greet']], [['greet', '--help']], [['greet', '-h']]])(
    'shows the help of a command with %j',
    async (args) => {
      const { code, out } = await run(args)
      expect(code).toBe(0)
      expect(out).toBe(
        'Usage: enfilade greet <name> [options]\n\nGreets somebody.\n\nDetails.\n\nOptions:\n' +
          '  -t, --times <number>  How often\n' +
          '      --loud            Whether to shout\n' +
          '  -h, --help            Shows this help\n',
      )
    },
  )

  it.each(['--version', '-v'])('shows the version of the package with %s', async (flag) => {
    expect((await run([flag])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it.each([
    [['gret'], 'there is no command "gret"; did you mean greet?'],
    [['something'], 'there is no command "something"; enfilade --help lists them'],
    [['greet'], 'greet takes <name>, got nothing; see enfilade greet --help'],
    [['greet', 'a', 'b'], 'greet takes <name>, got a b; see enfilade greet --help'],
    [['greet', 'a', '--lod'], "Unknown option '--lod'; see enfilade greet --help"],
    [['greet', 'a', '--times'], "Option '-t, --times <value>' argument missing"],
  ])('answers %j by code 2 and a hint', async (args, message) => {
    const { code, out, err } = await run(args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })

  it('leaves a syntax error to Node, which knows its file', async () => {
    const io = recordingIo()
    const cause = new SyntaxError('Unexpected token')
    const error = new CliError('app.js could not be loaded', undefined, { cause })
    expect(await runCli(['fail'], [fail(error)], io)).toBe(1)
    expect(io.crashes).toEqual([cause])
    expect(io.written.err).toBe('enfilade: app.js could not be loaded\n')
  })

  it('shows a stack only of errors that nobody expected', async () => {
    const expected = await run(['fail'], [fail(new CliError('no luck'))])
    expect(expected).toEqual({ code: 1, out: '', err: 'enfilade: no luck\n' })
    const unexpected = await run(['fail'], [fail(new TypeError('broken'))])
    expect(unexpected.code).toBe(1)
    expect(unexpected.err).toMatch(/^TypeError: broken\n\s+at /)
  })
})

describe('processIo', () => {
  const io = (isTTY: boolean, env: Record<string, string>) =>
    processIo({ stdout: { write, isTTY }, stderr: { write, isTTY }, env, cwd: () => '/' })
  const write = () => true

  it.each([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['a pipe with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['a terminal with FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
    ['both said', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ] as const)('styles for %s or does not', (_what, isTTY, env, isStyled) => {
    const styled = io(isTTY, env).style('red', 'text')
    expect(styled).toBe(isStyled ? '\u001b[31mtext\u001b[39m' : 'text')
  })
})
