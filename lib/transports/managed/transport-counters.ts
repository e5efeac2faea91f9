/** Why a message that was published did not reach the broker, for certain. */
export type TransportLossCause =
  /** The broker was out of reach, and nothing was kept. */
  | 'outage'
  /** More waited than may. */
  | 'overflow'
  /** It was kept through an outage, for too long. */
  | 'expired'
  /** It was on its way when the connection was lost: it may have arrived. */
  | 'unconfirmed'
  /** The broker did not take it. */
  | 'refused'

/** What a managed transport has counted. At any time `sent = delivered + pending + all of lost`. */
export interface TransportCounters {
  /** Messages that were published. */
  readonly sent: number
  /** Messages that the broker has taken. */
  readonly delivered: number
  /** Messages that wait for the broker, or for its answer. */
  readonly pending: number
  /** Messages that were lost on this side, by cause. */
  readonly lost: Readonly<Record<TransportLossCause, number>>
  /** Messages that arrived from others. */
  readonly received: number
  /** Messages that others published and that did not arrive: the sum of all gaps. */
  readonly missed: number
  /** Messages that arrived twice, or too late, and were dropped. */
  readonly duplicates: number
  /** Payloads on our channels that are not ours. */
  readonly malformed: number
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** {@link TransportCounters} as it is kept. */
export interface RunningCounters extends Mutable<Omit<TransportCounters, 'lost'>> {
  readonly lost: Record<TransportLossCause, number>
}

export function startCounters(): RunningCounters {
  return {
    sent: 0,
    delivered: 0,
    pending: 0,
    lost: { outage: 0, overflow: 0, expired: 0, unconfirmed: 0, refused: 0 },
    received: 0,
    missed: 0,
    duplicates: 0,
    malformed: 0,
  }
}
