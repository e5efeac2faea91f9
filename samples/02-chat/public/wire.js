// The wire of Enfilade by hand: one WebSocket with JSON text frames.
//
//   message  client → server  { event, path, data?, id? }
//   reply    server → client  { id, data } or { id, error: { code, message, details? } }
//   push     server → client  { event, path, params?, data? }

const CALL_TIMEOUT = 10_000
const PING_EVERY = 20_000
const PING_TIMEOUT = 5_000
const MAX_DELAY = 8_000

/** What the server, or the way to it, answered instead of a result. */
export class WireError extends Error {
  constructor({ code, message, details }) {
    super(message)
    this.code = code
    this.details = details
  }
}

/** A connection that comes back by itself. */
export class Wire {
  /** `connecting`, `open`, `reconnecting` or `closed` (for good: a close code of 4000 and above). */
  status = 'connecting'
  #url
  #onPush
  #onStatus
  #socket
  #calls = new Map()
  #nextId = 1
  #attempts = 0
  #maxPayload = Infinity
  #retry
  #heartbeat

  constructor(url, { onPush, onStatus }) {
    this.#url = url
    this.#onPush = onPush
    this.#onStatus = onStatus
    addEventListener('online', () => this.#retryNow())
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#retryNow()
    })
    this.#connect()
  }

  /** Sends a message and gives its reply. Rejects with a `WireError`. */
  call(event, path, data, timeout = CALL_TIMEOUT) {
    return new Promise((resolve, reject) => {
      if (this.status !== 'open') {
        reject(new WireError({ code: 503, message: 'There is no connection to the server' }))
        return
      }
      const id = this.#nextId++
      const frame = JSON.stringify({ event, path, data, id })
      // The server would cut the connection, and every retry after it.
      if (new Blob([frame]).size > this.#maxPayload) {
        reject(new WireError({ code: 413, message: 'That is far too long' }))
        return
      }
      const timer = setTimeout(() => {
        this.#calls.delete(id)
        reject(new WireError({ code: 408, message: 'The server did not answer in time' }))
      }, timeout)
      this.#calls.set(id, { resolve, reject, timer })
      this.#socket.send(frame)
    })
  }

  /** Sends a message that nobody waits for; dropped while there is no connection. */
  send(event, path, data) {
    if (this.status === 'open') this.#socket.send(JSON.stringify({ event, path, data }))
  }

  #connect() {
    clearTimeout(this.#retry)
    this.#retry = undefined
    const socket = new WebSocket(this.#url, 'enfilade.v1')
    this.#socket = socket
    socket.onopen = () => {
      this.#attempts = 0
      this.#heartbeat = setInterval(() => this.#ping(), PING_EVERY)
      this.#become('open')
    }
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data))
    socket.onclose = ({ code, reason }) => this.#lost(code, reason)
  }

  #receive(record) {
    if ('event' in record) {
      // First of all, to those who offer `enfilade.v1`: what the server has to say about itself.
      if (record.event === '$welcome') this.#maxPayload = record.data.maxPayload
      else this.#onPush(record)
      return
    }
    const call = this.#calls.get(record.id)
    if (!call) return
    this.#calls.delete(record.id)
    clearTimeout(call.timer)
    if (record.error) call.reject(new WireError(record.error))
    else call.resolve(record.data)
  }

  /** A network can vanish without a word: an unanswered ping is the only sign of it. */
  #ping() {
    const socket = this.#socket
    this.call('$ping', '/', undefined, PING_TIMEOUT).catch(() => {
      if (socket !== this.#socket || this.status !== 'open') return
      socket.onclose = null
      socket.onmessage = null
      socket.close()
      this.#lost(1006, '')
    })
  }

  #lost(code, reason) {
    clearInterval(this.#heartbeat)
    for (const { reject, timer } of this.#calls.values()) {
      clearTimeout(timer)
      reject(new WireError({ code: 503, message: 'The connection was lost' }))
    }
    this.#calls.clear()
    if (code >= 4000) {
      this.#become('closed', reason)
      return
    }
    const delay = Math.min(MAX_DELAY, 250 * 2 ** this.#attempts++)
    // Spread out, so that the clients of a restarted server do not all come at once.
    this.#retry = setTimeout(() => this.#connect(), delay * (0.5 + Math.random() / 2))
    this.#become('reconnecting')
  }

  #retryNow() {
    if (this.#retry !== undefined) this.#connect()
  }

  #become(status, reason = '') {
    this.status = status
    this.#onStatus(status, reason)
  }
}
