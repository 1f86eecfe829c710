// Prints the first thousand rows of a run's data as a client would send them.
import { frameFromState } from '../../src/frame/frame-state.ts'
import { openRunModel, openStore } from '../../src/index.ts'
import { decodeState, type StateObject } from '../../src/plugin/api.ts'

const store = await openStore(process.argv[2] as string, { create: false })
const record = await store.runs.resolve('latest')
const { signature } = await openRunModel(store, record)
const frame = frameFromState(
  decodeState(await store.objects.get(record.result.cells[0]?.output as string)) as StateObject,
)

function valueAt(name: string, row: number): unknown {
  const column = frame.get(name)
  if (column === undefined || column.type === 'sparse') throw new TypeError(`no column ${name}`)
  const value = column.values[row]
  if (column.type === 'category') return (value as number) < 0 ? null : column.levels[value as number]
  if (column.type === 'boolean') return (value as number) < 0 ? null : value === 1
  return Number.isNaN(value) ? null : value
}

const rows = Array.from({ length: 1000 }, (_, row) =>
  Object.fromEntries(signature.columns.map(({ name }) => [name, valueAt(name, row)])),
)
process.stdout.write(JSON.stringify(rows))
