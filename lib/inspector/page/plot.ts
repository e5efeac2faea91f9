import { clock, h, svg } from './dom.js'

const WIDTH = 240
const HEIGHT = 56

/** What a plot shows. */
export interface PlotOptions {
  readonly title: string
  readonly write: (value: number) => string
  /** Above 0 it is something to look at. */
  readonly isTrouble?: boolean
}

interface Point {
  readonly at: number
  readonly value: number
}

/** A line over ten minutes, with its latest value, its highest, and the one under the pointer. */
export class Plot {
  readonly element: HTMLElement
  readonly #options: PlotOptions
  readonly #value = h('strong')
  readonly #note = h('span', { class: 'note' })
  readonly #line = svg('path', { class: 'line' })
  readonly #area = svg('path', { class: 'area' })
  readonly #mark = svg('line', { class: 'mark', y1: 0, y2: HEIGHT, x1: -9, x2: -9 })
  #points: readonly Point[] = []
  #pointer: number | undefined

  constructor(options: PlotOptions) {
    this.#options = options
    const picture = svg(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' },
      ...[this.#area, this.#line, this.#mark],
    )
    picture.setAttribute('aria-label', options.title)
    picture.addEventListener('pointermove', ({ offsetX }) => {
      this.#pointer = offsetX / picture.clientWidth
      this.#write()
    })
    picture.addEventListener('pointerleave', () => {
      this.#pointer = undefined
      this.#write()
    })
    const head = h('div', { class: 'plot-head' }, h('h2', {}, options.title), this.#note)
    this.element = h('article', { class: 'plot' }, head, this.#value, picture)
  }

  show(points: readonly Point[]): void {
    this.#points = points
    const most = Math.max(1, ...points.map(({ value }) => value))
    const last = Math.max(1, points.length - 1)
    const places = points.map(({ value }, index) => {
      const x = ((index / last) * WIDTH).toFixed(1)
      return `${x},${(HEIGHT - 2 - (value / most) * (HEIGHT - 6)).toFixed(1)}`
    })
    const line = places.length > 1 ? `M${places.join('L')}` : ''
    this.#line.setAttribute('d', line)
    this.#area.setAttribute('d', line && `${line}L${WIDTH},${HEIGHT}L0,${HEIGHT}Z`)
    this.#write()
  }

  #write(): void {
    const { write, isTrouble = false } = this.#options
    const points = this.#points
    const latest = points.at(-1)?.value ?? 0
    const index = Math.round((this.#pointer ?? 1) * (points.length - 1))
    const point = this.#pointer === undefined ? undefined : points[index]
    this.#value.textContent = write(point?.value ?? latest)
    this.#note.textContent = point
      ? clock(point.at)
      : `most ${write(Math.max(0, ...points.map(({ value }) => value)))}`
    const x = point ? (index / Math.max(1, points.length - 1)) * WIDTH : -9
    for (const end of ['x1', 'x2']) this.#mark.setAttribute(end, String(x))
    this.element.classList.toggle('trouble', isTrouble && latest > 0)
  }
}
