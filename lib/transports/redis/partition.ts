/**
 * The part of the channels that one belongs to: FNV-1a over UTF-16 units, the same in every
 * process.
 */
export function partitionOf(channel: string, partitions: number): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < channel.length; index++) {
    hash = Math.imul(hash ^ channel.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0) % partitions
}
