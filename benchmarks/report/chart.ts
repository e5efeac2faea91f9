import type { Row } from './row.js'

const WIDTH = 760
const LEFT = 210
const RIGHT = 60
const BAR = 14
const GAP = 20
/** Where the axis starts and ends: ratios are drawn on a logarithmic one. */
const LEAST = 0.5
const TICKS = [0.5, 1, 2, 5, 10, 20, 50]

const COLOURS = ['#8b949e', '#2f81f7', '#3fb950', '#d29922', '#a371f7', '#f85149']

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 } .small { font-size: 11px }
  line { stroke: #d0d7de } .one { stroke: #1f2328 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } line { stroke: #30363d } .one { stroke: #e6edf3 }
  }`

/** Server CPU of every contender as bars, relative to the control: an SVG. */
export function renderChart(groups: readonly (readonly Row[])[]): string {
  const drawn = groups.filter(([first]) => first?.figure === 'cpu')
  const most = Math.max(2, ...drawn.flat().map(({ ratio }) => ratio))
  const end = TICKS.find((tick) => tick >= most) ?? most
  const position = (ratio: number): number => {
    const share = Math.log(Math.max(ratio, LEAST) / LEAST) / Math.log(end / LEAST)
    return Math.round(LEFT + share * (WIDTH - LEFT - RIGHT))
  }
  const parts: string[] = []
  let y = 40
  for (const rows of drawn) {
    parts.push(text(8, y + 11, rows[0]?.scenario ?? '', 'title'))
    y += 20
    for (const [index, row] of rows.entries()) {
      parts.push(drawBar(row, y, position, COLOURS[index % COLOURS.length] ?? ''))
      y += BAR + 3
    }
    y += GAP
  }
  const axis = TICKS.filter((tick) => tick <= end).map((tick) => drawTick(tick, y, position(tick)))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" role="img">`,
    '<title>Server CPU per message, relative to uWebSockets.js by hand</title>',
    `<style>${STYLE}</style>`,
    text(8, 16, 'Server CPU per message or delivery; 1 × is uWebSockets.js by hand', 'small'),
    ...axis,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

function drawBar(
  { contender, ratio }: Row,
  y: number,
  position: (ratio: number) => number,
  colour: string,
): string {
  const start = position(LEAST)
  const width = Math.max(1, position(ratio) - start)
  // Of a bar that ends before the line of the control, too: it would be struck through.
  const labelled = Math.max(start + width, position(1)) + 5
  return [
    text(LEFT - 8, y + 11, contender, 'small', 'end'),
    `<rect x="${start}" y="${y}" width="${width}" height="${BAR}" fill="${colour}"/>`,
    text(labelled, y + 11, `${ratio.toFixed(2)} ×`, 'small'),
  ].join('')
}

function drawTick(tick: number, height: number, x: number): string {
  const kind = tick === 1 ? ' class="one"' : ''
  const line = `<line${kind} x1="${x}" x2="${x}" y1="36" y2="${height - 8}"/>`
  return line + text(x, 32, `${tick} ×`, 'small', 'middle')
}

function text(x: number, y: number, content: string, kind: string, anchor = 'start'): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${x}" y="${y}" class="${kind}" text-anchor="${anchor}">${escaped}</text>`
}
