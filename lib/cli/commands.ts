import type { CliCommand } from './command.js'
import { serve } from './serve.js'

/** All commands, in the order of the help. */
export const COMMANDS: readonly CliCommand[] = [serve]
