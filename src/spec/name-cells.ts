import { isDeepStrictEqual } from 'node:util'
import { type DaybookError, fail } from '../base/errors.ts'
import { isReserved } from './check-sources.ts'
import type { Page } from './page.ts'
import type { CellSpec } from './pipeline.ts'
import type { Unnamed } from './resolve-cell.ts'

/**
 * Gives cells of one list their ids: the wanted one, else the plugin's, with `-2`, `-3` … where it is taken already. Ids
 * that differ by case alone count as equal: they name files.
 *
 * @param taken Ids that other cells have.
 */
export function nameCells<Cell extends CellSpec>(
  page: Page,
  cells: readonly Unnamed<Cell>[],
  taken: readonly string[],
  errors: DaybookError[],
): Cell[] {
  const used = new Set(taken.map(fold))
  for (const { wanted, path } of cells) {
    if (wanted === undefined) continue
    const at = page.place([...path, 'id'])
    if (isReserved(wanted)) errors.push(fail('SPEC_RESERVED_CELL', { id: wanted }, { at }))
    else if (used.has(fold(wanted)))
      errors.push(fail('SPEC_DUPLICATE_CELL', { id: wanted }, { at, hint: 'Choose another `id:`.' }))
    used.add(fold(wanted))
  }
  return cells.map(({ wanted, ...cell }) => {
    const id = wanted ?? freeId((cell as unknown as CellSpec).plugin.plugin.id, used)
    used.add(fold(id))
    return { id, ...cell } as unknown as Cell
  })
}

/** Says where a list holds one plugin twice with equal params: it would do the same again. */
export function checkListedTwice(page: Page, cells: readonly CellSpec[]): DaybookError[] {
  return cells.flatMap((cell, i) => {
    const twin = cells
      .slice(0, i)
      .some((one) => one.plugin.use === cell.plugin.use && isDeepStrictEqual(one.params, cell.params))
    return twin ? [fail('SPEC_LISTED_TWICE', { use: cell.plugin.use }, { at: page.place([...cell.path, 'use']) })] : []
  })
}

function freeId(id: string, used: ReadonlySet<string>): string {
  const free = (candidate: string) => !used.has(fold(candidate)) && !isReserved(candidate)
  if (free(id)) return id
  let n = 2
  while (!free(`${id}-${n}`)) n++
  return `${id}-${n}`
}

function fold(id: string): string {
  return id.toLowerCase()
}
