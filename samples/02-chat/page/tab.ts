let unread = 0
let roomName: string | undefined

/** The title of the tab: the room, and how much was said while nobody looked. */
function drawTitle(): void {
  const count = unread > 0 ? `(${unread}) ` : ''
  document.title = roomName === undefined ? 'Enfilade chat' : `${count}${roomName} · Enfilade chat`
}

/** Another room is shown; none when `undefined`. */
export function showRoomInTitle(name: string | undefined): void {
  roomName = name
  unread = 0
  drawTitle()
}

/** Something was said. */
export function countUnread(): void {
  if (document.hidden) unread++
  drawTitle()
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) unread = 0
  drawTitle()
})

/** Storage may be switched off; then a reload asks again. */
export function keep(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value)
  } catch {
    // Nothing depends on it.
  }
}

/** What was kept, in this tab. */
export function recall(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}

/** The room that the address names. */
export function roomOfAddress(): string {
  try {
    return decodeURIComponent(location.hash.slice(1))
  } catch {
    return ''
  }
}
