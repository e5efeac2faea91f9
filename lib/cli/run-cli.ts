import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { nearest } from '../errors/nearest.js'
import { CliError, EXIT_CODES, usageError } from './cli-error.js'
import type { CliIo } from './cli-io.js'
import type { CliCall, CliCommand } from './command.js'
import { helpOf, helpOfAll } from './help.js'

/**
 * Runs what a command line asks for. Never rejects: what goes wrong is written to the error output.
 *
 * @param args what follows the name of the program
 * @returns the exit code
 */
export async function runCli(
  args: readonly string[],
  commands: readonly CliCommand[],
  io: CliIo,
): Promise<number> {
  try {
    return await run(args, commands, io)
  } catch (error) {
    if (!(error instanceof CliError)) {
      io.err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      return EXIT_CODES.FAILURE
    }
    io.err(`${io.style('red', 'enfilade:')} ${error.message}\n`)
    if (error.cause instanceof SyntaxError) io.crash(error.cause)
    return error.exitCode
  }
}

async function run(
  args: readonly string[],
  commands: readonly CliCommand[],
  io: CliIo,
): Promise<number> {
  const [first, ...rest] = args
  if (first === undefined) {
    io.err(helpOfAll(commands, io.style))
    return EXIT_CODES.USAGE
  }
  if (first === '--version' || first === '-v') {
    io.out(`${readVersion()}\n`)
    return EXIT_CODES.OK
  }
  if (first === '--help' || first === '-h' || first === 'help') {
    const [name] = rest
    io.out(
      name === undefined
        ? helpOfAll(commands, io.style)
        : helpOf(findCommand(name, commands), io.style),
    )
    return EXIT_CODES.OK
  }
  const command = findCommand(first, commands)
  const call = readCall(command, rest, io)
  if (call) return command.run(call)
  io.out(helpOf(command, io.style))
  return EXIT_CODES.OK
}

function findCommand(name: string, commands: readonly CliCommand[]): CliCommand {
  const found = commands.find((command) => command.name === name)
  if (found) return found
  const meant = nearest(
    name,
    commands.map((command) => command.name),
    3,
  )
  const hint = meant === undefined ? 'enfilade --help lists them' : `did you mean ${meant}?`
  throw usageError(`there is no command "${name}"; ${hint}`)
}

/** @returns `undefined` when the help was asked for */
function readCall(command: CliCommand, args: readonly string[], io: CliIo): CliCall | undefined {
  const parsed = parse(command, args)
  const { help, ...options } = parsed.values
  if (help === true) return undefined
  const { operands } = command
  const given = parsed.positionals
  const required = operands.filter((operand) => operand.startsWith('<')).length
  if (given.length >= required && given.length <= operands.length) {
    return { operands: given, options, io }
  }
  const expected = operands.length === 0 ? 'no operand' : operands.join(' ')
  throw usageError(
    `${command.name} takes ${expected}, got ${given.length === 0 ? 'nothing' : given.join(' ')}; ` +
      `see enfilade ${command.name} --help`,
  )
}

interface Parsed {
  readonly values: Readonly<Record<string, string | true>>
  readonly positionals: readonly string[]
}

function parse(command: CliCommand, args: readonly string[]): Parsed {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, help: { short: 'h' } }).map(([name, option]) => {
      const type = 'value' in option ? ('string' as const) : ('boolean' as const)
      return [name, { type, ...('short' in option && { short: option.short }) }]
    }),
  )
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    return { values: { ...values } as Parsed['values'], positionals }
  } catch (error) {
    // Node's own sentence says what is wrong; what follows it is about something else.
    const [sentence = ''] = (error as Error).message.split('. ')
    throw usageError(`${sentence}; see enfilade ${command.name} --help`)
  }
}

/** The version of this package, whose manifest is two folders up: of `lib/cli/` and of the bundle. */
function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
