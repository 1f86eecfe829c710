import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fail } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import type { Terminal } from '../output.ts'

/** Folder of the pages that ship: each one that needs no data from elsewhere is a template. */
const pages = fileURLToPath(new URL('../../../../pipelines/', import.meta.url))
const schema = fileURLToPath(new URL('../../../../schemas/pipeline.schema.json', import.meta.url))

interface Template {
  readonly name: string
  readonly about: string
  readonly files: readonly string[]
}

const templates: readonly Template[] = [
  { name: 'loan-approval', about: 'gradient boosting on a synthetic loan book', files: [] },
  { name: 'loan-approval-nn', about: 'a small neural network on the same', files: [] },
  { name: 'scorecard', about: 'a card of points on the same', files: [] },
  { name: 'wages', about: 'a regression on a CSV file of 534 wages', files: ['data/wages.csv', 'data/README.md'] },
]

/**
 * Makes a folder with a page that runs.
 * @throws DaybookError CLI_USAGE for an unknown template or a folder that is not empty
 */
export function init(templateName: string, folderName: string | undefined, terminal: Terminal): void {
  const template = templates.find(({ name }) => name === templateName)
  if (!template) {
    const near = nearest(
      templateName,
      templates.map(({ name }) => name),
    )
    const list = templates.map(({ name, about }) => `${name} (${about})`).join(', ')
    throw fail(
      'CLI_USAGE',
      { reason: `there is no template \`${templateName}\`` },
      {
        hint: `${near ? `Did you mean \`${near}\`? ` : ''}There are: ${list}.`,
      },
    )
  }
  const folder = resolve(folderName ?? template.name)
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw fail(
      'CLI_USAGE',
      { reason: `${relative('.', folder) || '.'} is not empty` },
      { hint: 'Name a new folder: `daybook init TEMPLATE FOLDER`.' },
    )
  }
  mkdirSync(folder, { recursive: true })
  const page = join(folder, `${template.name}.yaml`)
  writeFileSync(page, withSchema(readFileSync(join(pages, `${template.name}.yaml`), 'utf8'), folder), { flag: 'wx' })
  for (const file of template.files) {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    copyFileSync(join(pages, file), join(folder, file))
  }
  const shown = relative('.', page)
  terminal.envelope({ formatVersion: '1.0', ok: true, folder, page, template: template.name })
  terminal.result(shown)
  terminal.message(`Made ${shown}. Next: npx daybook run ${shown}`)
}

/** Points the page's modeline at the schema of the Daybook that is installed here. */
function withSchema(text: string, folder: string): string {
  return text.replace(
    '$schema=../schemas/pipeline.schema.json',
    `$schema=${relative(folder, schema).replaceAll('\\', '/')}`,
  )
}
