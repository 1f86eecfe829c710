// The examples of docs/plugin-authoring.md are run as they stand: plugins pass the contract suite, tests pass.
import { spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'daybook/plugin'
import { conformance } from 'daybook/testing'
import t from 'tap'
import { folderWithAcme } from '../acme.ts'
import { root } from '../root.ts'

t.test('every example of the page holds', async (t) => {
  const page = await readFile(join(root, 'docs/plugin-authoring.md'), 'utf8')
  const examples = [...page.matchAll(/^```js (\S+)\n(.*?)^```$/gms)].map(([, file, code]) => ({
    file: file as string,
    code: code as string,
  }))
  const folder = await folderWithAcme(t)
  await mkdir(join(folder, 'plugins'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  for (const { file, code } of examples) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), code)
  }
  const kinds = new Set<string>()
  for (const { file } of examples) {
    await t.test(file, async (t) => {
      if (file.endsWith('.test.js')) {
        const { status, stderr } = spawnSync(process.execPath, [join(folder, file)], { encoding: 'utf8' })
        t.equal(status, 0, stderr)
        return
      }
      const plugin = ((await import(pathToFileURL(join(folder, file)).href)) as { default: Plugin }).default
      kinds.add(plugin.kind)
      t.equal(`plugins/${plugin.id}.js`, file)
      await conformance(t, plugin)
    })
  }
  t.equal(kinds.size, 7, 'there is one of each kind')
})
