/** What Node tells of its event loop; its types do not know it yet in every version. */
interface LoopTiming {
  readonly uvMetricsInfo: { readonly loopCount: number }
}

let timing: LoopTiming | undefined

/**
 * The turn of the event loop: another number in each. It is a tenth of a microsecond to ask, where to
 * be told of a turn's end by an immediate takes several.
 */
export function loopTurn(): number {
  // Loaded with the first question: an import would be felt at every start.
  timing ??= process.getBuiltinModule('node:perf_hooks').performance
    .nodeTiming as unknown as LoopTiming
  return timing.uvMetricsInfo.loopCount
}
