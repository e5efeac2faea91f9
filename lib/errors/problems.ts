import { WsDefinitionError, type DefinitionProblem } from './ws-definition-error.js'

/** Gathers definition problems, so that one start-up reports them all. */
export class Problems {
  readonly #found: DefinitionProblem[] = []

  add(where: string, problem: string, mend: string): void {
    this.#found.push({ where, problem, mend })
  }

  /** Adds what several ways may lead to. */
  addOnce(where: string, problem: string, mend: string): void {
    const isKnown = this.#found.some((one) => one.where === where && one.problem === problem)
    if (!isKnown) this.add(where, problem, mend)
  }

  /** Whether something was found wrong there. */
  has(where: string): boolean {
    return this.#found.some((problem) => problem.where === where)
  }

  /** The first that was found. */
  get first(): DefinitionProblem | undefined {
    return this.#found[0]
  }

  /** @throws WsDefinitionError when anything was added */
  throwIfAny(): void {
    if (this.#found.length > 0) throw new WsDefinitionError(this.#found)
  }
}
