// What a browser asks for while the page of the inspector is open: the newest of what is plotted, and
// the connections, once a second. It ends with its server.
const { BENCH_PORT = '', BENCH_KEY = '' } = process.env
const headers = { Authorization: `Bearer ${BENCH_KEY}` }

async function ask(path: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${BENCH_PORT}/inspector/api${path}`, { headers })
  if (!response.ok) throw new Error(`the inspector answers ${response.status}`)
  return response.json()
}

process.on('disconnect', () => process.exit())

let after = 0
setInterval(() => {
  void ask(`/overview?after=${after}`)
    .then((overview) => {
      const { samples } = overview as { samples: readonly { at: number }[] }
      after = samples.at(-1)?.at ?? after
      return ask('/connections?limit=100')
    })
    .catch(() => process.exit(1))
}, 1_000)
