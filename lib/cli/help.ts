import type { CliIo } from './cli-io.js'
import type { CliCommand, CliOption } from './command.js'

type Styler = CliIo['style']

const HELP_OPTION: CliOption = { short: 'h', help: 'Shows this help' }

/** The help of the whole. */
export function helpOfAll(commands: readonly CliCommand[], style: Styler): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const)
  return [
    `${style('bold', 'Usage:')} enfilade <command> [options]\n`,
    section('Commands', rows, style),
    section(
      'Options',
      [
        ['-h, --help', 'Shows this help, or that of a command'],
        ['-v, --version', 'Shows the version'],
      ],
      style,
    ),
    'enfilade <command> --help tells of a command.\n',
  ].join('\n')
}

/** The help of one command. */
export function helpOf(command: CliCommand, style: Styler): string {
  const { name, operands, details, summary } = command
  const options = Object.entries({ ...command.options, help: HELP_OPTION })
  const usage = ['enfilade', name, ...operands, '[options]'].join(' ')
  const rows = options.map(([long, option]) => [signature(long, option), option.help] as const)
  return [
    `${style('bold', 'Usage:')} ${usage}\n`,
    `${summary}.${details === '' ? '' : `\n\n${details}`}\n`,
    section('Options', rows, style),
  ].join('\n')
}

function signature(long: string, { short, value }: CliOption): string {
  const start = short === undefined ? '    ' : `-${short}, `
  return `${start}--${long}${value === undefined ? '' : ` <${value}>`}`
}

function section(
  title: string,
  rows: readonly (readonly [string, string])[],
  style: Styler,
): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  const lines = rows.map(([left, right]) => `  ${style('cyan', left.padEnd(width))}  ${right}\n`)
  return `${style('bold', `${title}:`)}\n${lines.join('')}`
}
