#!/usr/bin/env node
import { processIo } from './cli-io.js'
import { COMMANDS } from './commands.js'
import { runCli } from './run-cli.js'

// Not `exit`: what has been written to a pipe may still be on its way, and an app may go on.
process.exitCode = await runCli(process.argv.slice(2), COMMANDS, processIo(process))
