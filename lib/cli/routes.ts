import { EXIT_CODES } from './cli-error.js'
import type { CliCommand } from './command.js'
import { loadApp } from './load-app.js'

const HEADS = ['EVENT', 'PATH', 'HANDLER', 'MIDDLEWARE']

/** `enfilade routes`. */
export const routes: CliCommand = {
  name: 'routes',
  summary: 'Lists the routes of the app of a file, with their middleware',
  operands: ['<app>'],
  details: 'Middleware stands in its order: that of the app, of the controller, of the method.',
  options: { json: { help: 'As JSON' } },
  run: async ({ operands: [file = ''], options, io }) => {
    const app = await loadApp(file, io.cwd)
    const found = app.routes()
    await app.close()
    if (options.json === true) {
      io.out(`${JSON.stringify(found, null, 2)}\n`)
      return EXIT_CODES.OK
    }
    const rows = found.map(({ event, path, handler, middleware }) => [
      ...[event, path, handler],
      middleware.length === 0 ? '-' : middleware.join(', '),
    ])
    const widths = HEADS.map((head, at) =>
      Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)),
    )
    const line = (cells: readonly string[]): string =>
      cells
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd()
    io.out(`${io.style('bold', line(HEADS))}\n`)
    for (const row of rows) io.out(`${line(row)}\n`)
    return EXIT_CODES.OK
  },
}
