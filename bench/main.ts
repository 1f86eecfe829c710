// `npm run bench -- TABLE…`: measures, side by side, and prints tables. Without a table: which there are.
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { render } from './report.ts'
import { tables } from './tables/index.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    md: { type: 'boolean', default: false },
    runs: { type: 'string', default: '5' },
    only: { type: 'string' },
  },
})
const asked = positionals.includes('all') ? tables.map(({ name }) => name) : positionals
const unknown = asked.filter((name) => tables.every((table) => table.name !== name))
const runs = Number(values.runs)

if (asked.length === 0 || unknown.length > 0 || !(Number.isInteger(runs) && runs > 0)) {
  const list = tables.map(({ name, summary, minutes }) => `  ${name.padEnd(16)} ${summary} (about ${minutes} min)\n`)
  process.stderr.write(
    `${unknown.length > 0 ? `no such table: ${unknown.join(', ')}\n` : ''}` +
      `npm run bench -- TABLE… [--md] [--runs 5] [--only PART]\n\n${list.join('')}  ${'all'.padEnd(16)} every table\n`,
  )
  process.exitCode = 2
} else {
  for (const table of tables.filter(({ name }) => asked.includes(name))) {
    const [before, began] = [loadavg()[0] ?? 0, performance.now()]
    await table.run({
      runs,
      ...(values.only !== undefined && { only: values.only }),
      print: (result) => void process.stdout.write(render(result, values.md)),
    })
    const took = ((performance.now() - began) / 60_000).toFixed(1)
    process.stderr.write(
      `${table.name}: ${took} min on ${cpus().length} cores, Node ${process.versions.node}; ` +
        `load ${before.toFixed(2)} before, ${(loadavg()[0] ?? 0).toFixed(2)} after\n\n`,
    )
  }
}
