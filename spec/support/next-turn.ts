/** Done when everything that is due in this turn of the event loop has run, promises included. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
