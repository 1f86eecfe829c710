import { type WarningCode, warnings } from '../base/codes/warnings.ts'
import { type DaybookError, fail } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import type { Page } from './page.ts'
import type { IgnoreSpec } from './pipeline.ts'

/** Nothing excuses a leak of rows; and what says that an entry is of no use is not silenced by another. */
const loud: readonly string[] = ['LEAK_ROWS', 'IGNORED_NOTHING'] satisfies WarningCode[]

/**
 * Checks `ignore:` against what can warn. Codes of plugins stand nowhere beforehand, so that an unknown code is an error
 * only where it is nearly one of the engine's: one that nothing gives is told by the run.
 *
 * @param cells Ids of the page's cells; undefined where they are not known yet.
 */
export function checkIgnore(
  page: Page,
  ignore: readonly IgnoreSpec[],
  cells: readonly string[] | undefined,
): DaybookError[] {
  const errors: DaybookError[] = []
  for (const [i, { warning, column, cell, path }] of ignore.entries()) {
    if (loud.includes(warning)) {
      const values = { key: 'warning', got: `\`${warning}\``, expected: 'a warning that can be silenced' }
      errors.push(fail('SPEC_BAD_VALUE', values, { at: page.place([...path, 'warning']), hint: 'Take the entry out.' }))
    } else if (!Object.hasOwn(warnings, warning)) {
      const near = misspelt(warning)
      const at = page.place([...path, 'warning'])
      if (near !== undefined)
        errors.push(fail('SPEC_UNKNOWN_WARNING', { warning }, { at, hint: `did you mean \`${near}\`?` }))
    }
    if (cell !== undefined && cells !== undefined && !cells.includes(cell)) {
      const near = nearest(cell, cells)
      const hint = near === undefined ? `There are ${cells.join(', ')}.` : `did you mean \`${near}\`?`
      errors.push(fail('SPEC_UNKNOWN_CELL', { id: cell }, { at: page.place([...path, 'cell']), hint }))
    }
    const twin = ignore.slice(0, i).some((one) => one.warning === warning && one.column === column && one.cell === cell)
    if (twin) errors.push(fail('SPEC_LISTED_TWICE', { use: warning }, { at: page.place(path) }))
  }
  return errors
}

/** The code of the engine that another is a slip of: near, and begun alike, since codes of plugins can be near by chance. */
export function misspelt(code: string): WarningCode | undefined {
  const alike = (Object.keys(warnings) as WarningCode[]).filter((known) => known[0] === code[0])
  return nearest(code, alike) as WarningCode | undefined
}
