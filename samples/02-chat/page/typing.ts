import type { Shown } from '../chat.channel.js'

const TYPING_SHOWN = 3_500

/** Shows the others that one types, until one has paused. */
export class Typing {
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly show: (typing: boolean) => void) {}

  /** Something was typed. */
  touch(): void {
    if (this.#timer === undefined) this.show(true)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.stop(), TYPING_SHOWN)
  }

  stop(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.show(false)
  }
}

/** Who types, in words. */
export function typingInWords(others: readonly Shown[]): string {
  const [first, second, third] = others.filter(({ typing }) => typing)
  if (!first) return ''
  if (!second) return `${first.name} is typing…`
  if (!third) return `${first.name} and ${second.name} are typing…`
  return 'Several people are typing…'
}
