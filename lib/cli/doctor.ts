import { EXIT_CODES } from './cli-error.js'
import type { CliIo, Style } from './cli-io.js'
import type { CliCommand } from './command.js'
import { checkBroker } from './doctor/check-broker.js'
import { checkMachine } from './doctor/check-machine.js'
import { checkApp, checkProject } from './doctor/check-project.js'
import type { Finding } from './doctor/finding.js'
import { thisMachine, type Machine } from './doctor/machine.js'
import { readText } from './read-options.js'

const SIGNS: Record<Finding['state'], readonly [string, Style]> = {
  ok: ['ok   ', 'green'],
  note: ['note ', 'yellow'],
  fault: ['FAULT', 'red'],
}

/** `enfilade doctor`, on a machine. */
export function doctorOn(machineOf: () => Machine): CliCommand {
  return {
    name: 'doctor',
    summary: 'Looks whether this machine has what an app needs',
    operands: ['[app]'],
    details:
      'Looks at Node, the C library, uWebSockets.js, packages, flags of the compiler and limits; at the\n' +
      'app of a file, which it loads; and at brokers. Says how to mend what is wrong, and then ends with 1.',
    options: {
      redis: {
        value: 'url',
        help: 'A Redis to ask. Default: REDIS_URL of the environment, if any',
      },
      nats: { value: 'url', help: 'A NATS to ask. Default: NATS_URL of the environment, if any' },
    },
    run: async ({ operands: [file], options, io }) => {
      const machine = machineOf()
      const redis = readText(options, 'redis') ?? io.env.REDIS_URL
      const nats = readText(options, 'nats') ?? io.env.NATS_URL
      const findings = [
        ...(await checkMachine(machine)),
        ...checkProject(io.cwd, machine),
        ...(file === undefined ? [] : [await checkApp(file, io.cwd)]),
        ...(redis === undefined ? [] : [await checkBroker('redis', redis, io.cwd)]),
        ...(nats === undefined ? [] : [await checkBroker('nats', nats, io.cwd)]),
      ]
      for (const finding of findings) show(finding, io)
      const faults = findings.filter(({ state }) => state === 'fault').length
      io.out(faults === 0 ? '\nAll is well.\n' : `\n${faults} to mend.\n`)
      return faults === 0 ? EXIT_CODES.OK : EXIT_CODES.FAILURE
    },
  }
}

/** `enfilade doctor`, here. */
export const doctor = doctorOn(thisMachine)

function show({ what, state, text, mend }: Finding, { out, style }: CliIo): void {
  const [sign, colour] = SIGNS[state]
  const lines = text.replaceAll('\n', '\n       ')
  out(`${style(colour, sign)}  ${style('bold', what)}: ${lines}\n`)
  if (mend !== undefined) out(`       ${style('cyan', 'mend:')} ${mend}\n`)
}
