/** An epoch of a room's history that nobody had before. */
export function newEpoch(): string {
  return crypto.randomUUID().slice(0, 13)
}
