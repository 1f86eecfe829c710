import type { DaybookError } from '../../base/errors.ts'
import { formatError } from '../../base/format-error.ts'
import { validatePage } from '../../index.ts'
import type { Terminal } from '../output.ts'
import { errorJson } from '../problems.ts'
import { type PageCommandOptions, pageOptions } from './options.ts'

/** Checks pages against the language, their plugins and their data. Exit 2 where one is not right. */
export async function validate(
  pages: readonly string[],
  options: PageCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const errors: DaybookError[] = []
  for (const page of pages) {
    const found = (await validatePage(page, pageOptions(options))).errors
    errors.push(...found)
    if (found.length === 0) terminal.result(`${page}: valid`)
  }
  terminal.envelope({ formatVersion: '1.0', ok: errors.length === 0, errors: errors.map(errorJson) })
  for (const error of errors) terminal.problem(formatError(error))
  if (errors.length > 0) terminal.problem(errors.length === 1 ? '1 error' : `${errors.length} errors`)
  return errors.length === 0 ? 0 : Math.max(...errors.map((error) => error.exit), 2)
}
