// Draws the diagrams of a page, as GitHub does. Without a network they stay the text they are.
const blocks = [...document.querySelectorAll('code.mermaid')]
if (blocks.length > 0) {
  const from = 'https://cdn.jsdelivr.net/npm/mermaid@11.12.0/dist/mermaid.esm.min.mjs'
  void import(from).then(async ({ default: mermaid }) => {
    const isDark = getComputedStyle(document.body).colorScheme.includes('dark')
    mermaid.initialize({ startOnLoad: false, theme: isDark ? 'dark' : 'neutral' })
    for (const [index, block] of blocks.entries()) {
      const { svg } = await mermaid.render(`diagram-${index}`, block.textContent)
      block.parentElement.outerHTML = `<p>${svg}</p>`
    }
  }, console.warn)
}
