/** The report's one style sheet. Colours are variables with a value for light, dark and print; figures use them too. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --bg: #f7f5f1; --surface: #fffefb; --raised: #f3f0ea; --ink: #1d2127; --muted: #5d646e; --line: #dcd7cd;
  --accent: #23527c; --ok: #1b6e43; --okbg: #e3f1e8; --warn: #8a5300; --warnbg: #fbefd9; --bad: #a8271f; --badbg: #fbe6e3;
  --c1: #2c6cb0; --c2: #c9651f; --c3: #2f8a67; --c4: #a4488a; --c5: #82731f; --c6: #6a5bc0; --c7: #9c4a3c; --c8: #4d7a8c;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --bg: #14171b; --surface: #1b1f24; --raised: #232830; --ink: #e7e4dd; --muted: #9ea6b0; --line: #353b44;
    --accent: #8fbdea; --ok: #6fce9b; --okbg: #17301f; --warn: #f0b65c; --warnbg: #352711; --bad: #ff9086; --badbg: #3c1c1a;
    --c1: #6aa9ec; --c2: #f09a58; --c3: #5fc39a; --c4: #dd86c5; --c5: #cdbb58; --c6: #a89bf2; --c7: #e58e7f; --c8: #88b9cc;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 1.6em 0 .5em; text-wrap: balance; }
h1, h2 { font-family: ui-serif, "Iowan Old Style", Charter, Georgia, serif; font-weight: 600; }
h1 { font-size: 2.3rem; margin: .1em 0 .25em; letter-spacing: -.01em; }
h2 { font-size: 1.55rem; margin-top: 2.4em; padding-bottom: .3em; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.08rem; } h4 { font-size: 1rem; } h5, h6 { font-size: .92rem; }
p, ul, ol, blockquote { margin: .6em 0; max-width: 46rem; }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
code, pre, .mono { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; font-size: .86em; }
pre { margin: .7em 0; padding: .8em 1em; overflow-x: auto; background: var(--raised); border-radius: 6px; line-height: 1.5; overflow-wrap: normal; tab-size: 2; }
blockquote { margin-left: 0; padding-left: 1em; border-left: 3px solid var(--line); color: var(--muted); }
hr { border: 0; border-top: 1px solid var(--line); margin: 1.5em 0; }
li, td, th, dd, code, figcaption, caption { unicode-bidi: isolate; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
pre .k { color: var(--accent); } pre .c { color: var(--muted); }
.skip { position: absolute; left: -9999px; } .skip:focus { left: 1rem; top: 1rem; background: var(--surface); padding: .5em 1em; z-index: 2; }
.muted { color: var(--muted); } .small { font-size: .86rem; }
.layout { display: grid; grid-template-columns: minmax(0, 1fr); max-width: 76rem; margin: 0 auto; padding: 0 1.25rem 4rem; }
nav { display: none; }
@media screen and (min-width: 68rem) {
  .layout { grid-template-columns: 13rem minmax(0, 1fr); gap: 0 3rem; }
  nav { display: block; position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 3rem 0 2rem; font-size: .86rem; }
  nav ol { list-style: none; margin: 0; padding: 0; } nav li { margin: .1em 0; }
  nav ol ol { margin: .2em 0 .6em .45em; padding-left: .75em; border-left: 1px solid var(--line); }
  nav a { color: var(--ink); text-decoration: none; display: block; padding: .12em 0; } nav a:hover { color: var(--accent); text-decoration: underline; }
}
header.top { padding-top: 2.6rem; }
.brand { margin: 0; font-size: .8rem; letter-spacing: .09em; text-transform: uppercase; color: var(--muted); }
.purpose { font-size: 1.1rem; margin-top: 0; color: var(--muted); }
.facts { display: flex; flex-wrap: wrap; gap: .2rem 1.6rem; margin: .8rem 0 0; font-size: .88rem; }
.facts div { display: flex; gap: .45em; } .facts dt { color: var(--muted); } .facts dd { margin: 0; }
.banner { max-width: none; border-left: 4px solid var(--warn); background: var(--warnbg); padding: .8rem 1.1rem; margin: 1.2rem 0; border-radius: 0 6px 6px 0; }
.banner > :first-child { margin-top: 0; } .banner > :last-child { margin-bottom: 0; } .banner h2 { border: 0; font-size: 1.1rem; margin-bottom: .2rem; padding: 0; font-family: inherit; }
.banner.bad { border-color: var(--bad); background: var(--badbg); }
.verdict { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1px; background: var(--line); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; margin: 1.4rem 0 0; }
.verdict > div { background: var(--surface); padding: .9rem 1.1rem; }
.verdict dt { font-size: .78rem; color: var(--muted); } .verdict dd { margin: .1rem 0 0; }
.verdict .big { font-size: 1.65rem; line-height: 1.25; font-variant-numeric: tabular-nums; font-weight: 600; }
.verdict .ok { color: var(--ok); } .verdict .bad { color: var(--bad); } .verdict .warn { color: var(--warn); }
.gates { list-style: none; padding: 0; margin: .2rem 0 0; font-size: .92rem; }
.mark { font-weight: 700; } .pass { color: var(--ok); } .fail { color: var(--bad); }
.warnings { list-style: none; padding: 0; max-width: none; } .warnings li { padding: .6rem 0; border-top: 1px solid var(--line); } .warnings li:first-child { border: 0; }
.tag { display: inline-block; padding: .02em .55em; border-radius: 99px; background: var(--raised); font-size: .78rem; white-space: nowrap; color: var(--muted); }
.tag.ok { background: var(--okbg); color: var(--ok); } .tag.bad { background: var(--badbg); color: var(--bad); } .tag.warn { background: var(--warnbg); color: var(--warn); }
.cell { position: relative; margin: 1.3rem 0 2rem; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: .9rem 1.2rem 1rem; }
.cell.failed { border-color: var(--bad); }
.cell > header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem .7rem; } .cell > header h3 { margin: 0; }
.cell .no { color: var(--muted); font-size: .84rem; font-variant-numeric: tabular-nums; } .cell .end { margin-left: auto; display: flex; gap: .7rem; align-items: baseline; font-size: .84rem; color: var(--muted); }
.cell h4 { margin-top: 1.8em; }
.cell > footer { margin-top: 1rem; font-size: .82rem; color: var(--muted); }
.prose { margin: 2rem 0 1rem; }
details > summary { cursor: pointer; width: fit-content; color: var(--accent); font-size: .88rem; padding: .2em 0; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: .88rem; line-height: 1.4; margin: .5em 0; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { text-align: left; color: var(--muted); font-size: .84rem; padding: .2em 0 .4em; }
th, td { padding: .36em .9em .36em 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); max-width: 26rem; overflow-wrap: break-word; min-width: 3.2em; }
thead th { color: var(--muted); font-weight: 500; font-size: .82rem; vertical-align: bottom; border-bottom-color: var(--muted); }
tbody th { font-weight: 500; }
td.n, th.n { text-align: right; padding-right: 1.2em; white-space: nowrap; overflow-wrap: normal; }
td.g { padding-block: .15em; vertical-align: middle; } td.g svg { display: block; }
tr.lead > * { font-weight: 650; }
table.confusion td, table.confusion th { padding: .55em 1em; border: 1px solid var(--line); text-align: center; }
table.confusion td { min-width: 5.5em; color: var(--ink); }
.h0 { background: none; } .h1 { background: color-mix(in srgb, var(--c1) 8%, transparent); } .h2 { background: color-mix(in srgb, var(--c1) 16%, transparent); } .h3 { background: color-mix(in srgb, var(--c1) 26%, transparent); } .h4 { background: color-mix(in srgb, var(--c1) 36%, transparent); } .h5 { background: color-mix(in srgb, var(--c1) 46%, transparent); }
figure { margin: 1.4rem 0; min-width: 0; } figcaption { font-weight: 600; font-size: .95rem; margin-bottom: .3rem; } figcaption span { display: block; font-weight: 400; font-size: .84rem; color: var(--muted); line-height: 1.45; margin-top: .15rem; max-width: 34rem; }
.chart svg { max-width: 100%; height: auto; display: block; } .chart text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 0 2.2rem; align-items: start; }
.bars .train { fill: var(--c1); } .bars .test { fill: none; stroke: var(--c2); stroke-width: 1.5; } .bars .axis { stroke: var(--line); }
.key { display: inline-block; width: .8em; height: .8em; background: var(--c1); border-radius: 2px; vertical-align: -.05em; } .key.test { background: none; border: 2px solid var(--c2); }
dl.plain { display: grid; grid-template-columns: fit-content(14rem) minmax(0, 1fr); gap: .3rem 1.4rem; font-size: .9rem; margin: .6rem 0; } dl.plain dt { color: var(--muted); } dl.plain dd { margin: 0; }
.lineage { font-size: .88rem; }
table.asked { table-layout: fixed; width: 100%; overflow-wrap: break-word; } .asked .what { width: 15rem; } .asked .state { width: 6rem; } .asked th, .asked td { max-width: none; } .asked p { margin: 0 0 .3em; max-width: none; }
nav.toc ol { list-style: none; margin: 0; padding: 0; } nav.toc ol ol { margin: .2em 0 .6em; padding-left: .9em; } nav.toc .tag { font-size: .7rem; padding: 0 .45em; }
@media screen and (min-width: 68rem) { .dossier { grid-template-rows: auto 1fr; } .dossier > nav { grid-column: 1; grid-row: 1 / span 2; } .dossier > header, .dossier > main { grid-column: 2; } }
@media screen and (max-width: 68rem) { nav.toc { display: block; margin-top: 2rem; font-size: .9rem; } }
@media screen and (max-width: 40rem) { .asked, .asked tbody, .asked tr, .asked th, .asked td { display: block; } .asked th, .asked td:nth-child(2) { border: 0; padding-bottom: 0; } }
body > footer { max-width: 76rem; margin: 0 auto; padding: 1rem 1.25rem 3rem; color: var(--muted); font-size: .84rem; }
@media print {
  * { print-color-adjust: exact; }
  body { font-size: 10.5pt; background: #fff; } :root { --bg: #fff; --surface: #fff; --raised: #f5f5f3; color-scheme: light; }
  nav:not(.toc), .skip, details.data { display: none; } nav.toc { display: block; columns: 2; font-size: 9pt; margin-top: 1.5rem; break-after: page; } nav.toc a { text-decoration: none; } .layout { display: block; max-width: none; padding: 0; } header.top { padding-top: 0; }
  figure, .verdict, tr, .banner, .cell > header { break-inside: avoid; } h2, h3, h4, figcaption, caption { break-after: avoid; } .cell { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: .8rem 0; }
  pre { white-space: pre-wrap; } .scroll { overflow: visible; } td code, th code { overflow-wrap: anywhere; } table { font-size: 8.5pt; } td, th { padding-right: .6em; min-width: 0; } a { color: inherit; }
  details::details-content { content-visibility: visible; block-size: auto; } summary { display: none; }
}
`
