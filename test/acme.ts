import { cp, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { root } from './root.ts'

/** Name of the foreign package of plugins that the tests install. */
export const acme = '@acme/daybook-extras'

/**
 * A new folder where `npm install daybook @acme/daybook-extras` might have been run: the fixture is copied, Daybook is linked.
 * It is removed after the test.
 */
export async function folderWithAcme(t: Pick<Test, 'teardown'>): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'daybook-acme-')))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const modules = join(folder, 'node_modules')
  await mkdir(modules)
  await cp(join(root, 'test/fixtures/acme-plugin'), join(modules, acme), { recursive: true })
  await symlink(root, join(modules, 'daybook'), 'junction')
  return folder
}
