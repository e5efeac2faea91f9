import { ago, clock, h, svg } from './dom.js'

const WIDTH = 240
const HEIGHT = 56
/** Room for the line at the top, and at the bottom. */
const TOP = 3
const BOTTOM = HEIGHT - 1

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

/** A line over some minutes, with its latest value, its highest, and the one under the pointer. */
export class Plot {
  readonly element: HTMLElement
  readonly #options: PlotOptions
  readonly #value = h('strong')
  readonly #note = h('span', { class: 'note' })
  readonly #start = h('span')
  readonly #line = svg('path', { class: 'line' })
  readonly #area = svg('path', { class: 'area' })
  readonly #mark = svg('line', { class: 'cursor', y1: 0, y2: HEIGHT, x1: -9, x2: -9 })
  #points: readonly Point[] = []
  #most = 0
  #pointer: number | undefined

  constructor(options: PlotOptions) {
    this.#options = options
    const { title } = options
    const grid = [TOP, (TOP + BOTTOM) / 2, BOTTOM].map((y) =>
      svg('line', { class: 'grid', x1: 0, x2: WIDTH, y1: y, y2: y }),
    )
    const picture = svg(
      'svg',
      {
        ...{ viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none' },
        ...{ role: 'img', 'aria-label': title },
      },
      ...[...grid, this.#area, this.#line, this.#mark],
    )
    picture.addEventListener('pointermove', ({ offsetX }) => {
      this.#pointer = Math.min(1, Math.max(0, offsetX / picture.clientWidth))
      this.#write()
    })
    picture.addEventListener('pointerleave', () => {
      this.#pointer = undefined
      this.#write()
    })
    const head = h('div', { class: 'plot-head' }, this.#value, this.#note)
    const axis = h('div', { class: 'axis' }, this.#start, h('span', {}, 'now'))
    this.element = h('article', { class: 'plot' }, h('h2', {}, title), head, picture, axis)
  }

  show(points: readonly Point[]): void {
    this.#points = points
    this.#most = points.reduce((most, { value }) => Math.max(most, value), 0)
    const scale = (BOTTOM - TOP) / Math.max(1, this.#most)
    const places = points.map(
      ({ at, value }) => `${this.#x(at).toFixed(1)},${(BOTTOM - value * scale).toFixed(1)}`,
    )
    const line = places.length > 1 ? `M${places.join('L')}` : ''
    this.#line.setAttribute('d', line)
    this.#area.setAttribute('d', line && `${line}L${WIDTH},${HEIGHT}L0,${HEIGHT}Z`)
    this.#start.textContent = points.length > 1 ? `${ago(this.#span)} ago` : ''
    this.#write()
  }

  get #span(): number {
    return (this.#points.at(-1)?.at ?? 0) - (this.#points[0]?.at ?? 0)
  }

  /** By time, as a page in the background asks for no samples. */
  #x(at: number): number {
    return ((at - (this.#points[0]?.at ?? 0)) / Math.max(1, this.#span)) * WIDTH
  }

  #write(): void {
    const { write, isTrouble = false } = this.#options
    const latest = this.#points.at(-1)?.value ?? 0
    const point = this.#pointed()
    this.#value.textContent = write(point?.value ?? latest)
    this.#note.textContent = point ? clock(point.at) : `peak ${write(this.#most)}`
    for (const end of ['x1', 'x2']) {
      this.#mark.setAttribute(end, String(point ? this.#x(point.at) : -9))
    }
    this.element.classList.toggle('trouble', isTrouble && latest > 0)
    this.element.classList.toggle('had-trouble', isTrouble && this.#most > 0)
  }

  #pointed(): Point | undefined {
    const first = this.#points[0]
    if (this.#pointer === undefined || !first) return undefined
    const at = first.at + this.#span * this.#pointer
    return this.#points.find((point) => point.at >= at) ?? this.#points.at(-1)
  }
}
