import { asyncapi } from './asyncapi.js'
import { bench } from './bench.js'
import type { CliCommand } from './command.js'
import { create } from './create.js'
import { doctor } from './doctor.js'
import { routes } from './routes.js'
import { serve } from './serve.js'

/** All commands, in the order of the help. */
export const COMMANDS: readonly CliCommand[] = [create, serve, routes, asyncapi, bench, doctor]
