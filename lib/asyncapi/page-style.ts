/** The look of the page, light and dark. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1c2126; --soft: #5b6672; --line: #dfe4ea; --paper: #fff; --wash: #f5f7f9;
  --call: #0b6b5d; --push: #7a4a12; --link: #1d5fd0; --old: #a2341f; --radius: 10px }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaee; --soft: #9aa6b2; --line: #2c343c; --paper: #15191d;
  --wash: #1c2228; --call: #5fcfbb; --push: #e0b070; --link: #86b4ff; --old: #f09a86 } }
* { box-sizing: border-box }
html { scroll-padding-top: 1.5rem; scroll-behavior: smooth }
body { margin: 0; display: grid; grid-template-columns: 17rem minmax(0, 1fr); color: var(--ink); background: var(--paper);
  font: 15px/1.55 system-ui, sans-serif }
aside { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.75rem 1.25rem; background: var(--wash);
  border-right: 1px solid var(--line) }
aside ul { list-style: none; margin: 0 0 1.5rem; padding: 0 }
aside li { margin: .1rem 0 }
aside a { display: block; padding: .28rem .5rem; border-radius: 6px; color: inherit; text-decoration: none;
  font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere }
aside a:hover, aside a:focus-visible { background: var(--line) }
aside h2 { margin: 0 0 .4rem .5rem; font-size: 11px; letter-spacing: .08em; text-transform: uppercase; color: var(--soft) }
.brand { margin: 0 0 1.75rem .5rem; font-weight: 650 }
.brand span { color: var(--soft); font-weight: 400 }
main { max-width: 60rem; padding: 2.5rem clamp(1rem, 4vw, 3.5rem) 6rem; width: 100% }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; letter-spacing: -.02em }
.lead { margin: .5rem 0 1rem; color: var(--soft); font-size: 1.05rem; max-width: 42rem; white-space: pre-line }
.servers, .parameters { list-style: none; margin: 0 0 1rem; padding: 0; color: var(--soft) }
.counts { color: var(--soft); font-size: 13px }
section { margin-top: 3rem; padding-top: 1.5rem; border-top: 1px solid var(--line) }
section > h2 { margin: 0 0 .75rem; font-size: 1.25rem }
.path { font-family: ui-monospace, monospace; font-size: 1.15rem; overflow-wrap: anywhere }
i { font-style: normal; color: var(--link) }
article { margin: 1.25rem 0; padding: 1.1rem 1.25rem; border: 1px solid var(--line); border-left: 4px solid var(--call);
  border-radius: var(--radius) }
article.push { border-left-color: var(--push) }
h3 { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin: 0; font: 600 1rem/1.4 ui-monospace, monospace }
.kind { padding: .1rem .5rem; border-radius: 5px; background: var(--call); color: var(--paper); font: 600 11px/1.5 system-ui,
  sans-serif; letter-spacing: .05em; text-transform: uppercase }
.push .kind { background: var(--push) }
.mark { padding: 0 .45rem; border: 1px solid currentColor; border-radius: 5px; font: 12px/1.5 system-ui, sans-serif;
  color: var(--link) }
.old { color: var(--old) }
.summary { margin: .6rem 0 0 }
.handler { margin: .3rem 0 0; font: 12px/1.5 ui-monospace, monospace; color: var(--soft) }
.bodies { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1.25rem; margin-top: .9rem }
h4 { margin: 0 0 .35rem; font-size: 11px; letter-spacing: .07em; text-transform: uppercase; color: var(--soft) }
.type { margin: 0 }
table { width: 100%; border-collapse: collapse; font-size: 14px }
th, td { padding: .35rem .6rem .35rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top }
tr:first-child > * { border-top: 0 }
th { width: 38%; font: 500 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
td { overflow-wrap: anywhere } td p { margin: .15rem 0 0; color: var(--soft); white-space: pre-line }
.optional { font: 12px system-ui, sans-serif; color: var(--soft) }
em { margin-left: .45rem; font-style: normal; font-size: 13px; color: var(--soft) }
code, pre { font: 13px/1.5 ui-monospace, monospace } code { padding: .05rem .3rem; border-radius: 4px; background: var(--wash) }
pre { margin: .75rem 0 0; padding: .75rem; border-radius: 8px; background: var(--wash); overflow: auto }
a { color: var(--link) }
details { margin: .75rem 0; padding: .75rem 1.1rem; border: 1px solid var(--line); border-radius: var(--radius) }
summary { cursor: pointer; font: 600 14px/1.5 ui-monospace, monospace }
details[open] > summary { margin-bottom: .5rem }
@media (max-width: 50rem) { body { display: block } aside { position: static; height: auto; border-right: 0;
  border-bottom: 1px solid var(--line); padding: 1.25rem 1rem .25rem } main { padding-top: 1.5rem } }
`
