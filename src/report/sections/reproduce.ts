import { stringify } from 'yaml'
import type { Json, JsonObject } from '../../base/json.ts'
import { type Html, html } from '../html.ts'
import { clip, formatNumber, formatTime, formatValue } from '../numbers.ts'
import type { RunView } from '../view.ts'

/** Characters of the resolved page that are printed: one written by a program can be long. */
const longestPage = 100_000

/** How to repeat the run, and what it stood on: the end of the report. */
export function reproduce({ record, cells }: RunView): Html {
  const { observed, result } = record
  return html`<section aria-labelledby="reproduce"><h2 id="reproduce">Reproduce this run</h2>
<p>The same page, data, plugin versions and seed give the same digest on any machine. Run</p>
<pre tabindex="0"><code>${observed.command}</code></pre>
<p>and compare the run digest, or let <code>daybook verify ${record.id}</code> do both:</p>
<pre tabindex="0"><code>${record.digest}</code></pre>
${facts('What it ran on', [
  ['Run', record.id],
  ['Page', observed.pageFile],
  ['Seed', typeof result.page.seed === 'number' ? String(result.page.seed) : undefined],
  ['Changed by --set', record.overrides.map(({ path, value }) => `${path}=${formatValue(value)}`).join(', ')],
  ['Started', formatTime(observed.startedAt)],
  ['Daybook', observed.tool],
  ['Node', observed.node],
  ['System', `${observed.os} ${observed.arch}`],
  ['Processor', `${observed.cpu} (${observed.cpus} cores), ${observed.threads} threads used`],
  ['Run by', observed.user],
  ['Git', observed.git && `${observed.git.commit}${observed.git.dirty ? ', with uncommitted changes' : ''}`],
  ['Patch to the commit, SHA-256', observed.git?.patch ?? undefined],
  ['Lockfile, SHA-256', observed.lockfile ? `${observed.lockfile.file} ${observed.lockfile.digest}` : undefined],
  ['Run before this one', record.previous ?? undefined],
  ['Model', result.model?.digest],
  ['Page text, SHA-256', record.page.digest],
])}
${lineage(cells)}
${rowSets(result)}
<details><summary>The resolved page, every default printed</summary>
<pre tabindex="0"><code>${clip(asYaml(result.page), longestPage)}</code></pre></details>
</section>`
}

function facts(title: string, rows: readonly (readonly [string, string | undefined])[]): Html {
  const known = rows.filter(([, value]) => value)
  return html`<h3>${title}</h3><dl class="plain">${known.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
}

function lineage(cells: RunView['cells']): Html {
  return html`<h3>Cells, in order</h3>
<div class="scroll" tabindex="0" role="group" aria-label="Cells, in order"><table class="lineage">
<thead><tr><th scope="col">Cell</th><th scope="col">Plugin</th><th scope="col">State</th><th scope="col">Key</th><th scope="col">Output</th></tr></thead>
<tbody>${cells.map(
    (cell) => html`<tr><th scope="row">${cell.id}</th><td>${cell.plugin}</td><td>${cell.state}</td>
<td class="mono">${cell.key?.slice(0, 16) ?? '—'}</td><td class="mono">${cell.output?.slice(0, 16) ?? '—'}</td></tr>`,
  )}</tbody></table></div>`
}

/** Digests over the keys of the rows of each part: proof of which rows a fit could see. */
function rowSets(result: RunView['record']['result']): Html {
  const { split, inputs, folds } = result
  return html`<h3>Data and who saw which rows</h3>
<div class="scroll" tabindex="0" role="group" aria-label="Data and rows"><table class="lineage">
<thead><tr><th scope="col">What</th><th scope="col" class="n">Rows</th><th scope="col">SHA-256</th></tr></thead>
<tbody>${inputs.map((input) => html`<tr><th scope="row">${input.cell}: content</th><td class="n">${formatNumber(input.rows)}</td><td class="mono">${input.digest}</td></tr>`)}
${Object.entries(split.keys).map(([part, digest]) => html`<tr><th scope="row">${part} rows</th><td class="n">${formatNumber(split.rows[part] ?? 0)}</td><td class="mono">${digest}</td></tr>`)}
${folds.map(
  (
    fold,
  ) => html`<tr><th scope="row">fold ${fold.fold}: trained on</th><td></td><td class="mono">${fold.trained}</td></tr>
<tr><th scope="row">fold ${fold.fold}: scored</th><td></td><td class="mono">${fold.scored}</td></tr>`,
)}</tbody></table></div>`
}

function asYaml(page: JsonObject): string {
  return stringify(page as Json, { version: '1.2', lineWidth: 100, aliasDuplicateObjects: false }).trimEnd()
}
