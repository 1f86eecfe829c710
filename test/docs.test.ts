// What README.md and docs/ promise: links and anchors lead somewhere, and the pages that they show are pages.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import t from 'tap'
import { openRegistry } from '../src/plugin/open-registry.ts'
import { checkPage, parsePage } from '../src/spec/index.ts'
import { root } from './root.ts'

const docs = (await readdir(join(root, 'docs')))
  .filter((name) => name.endsWith('.md'))
  .map((name) => join('docs', name))
const files = ['README.md', join('pipelines', 'data', 'README.md'), join('bench', 'README.md'), ...docs].filter(
  (file) => existsSync(join(root, file)),
)
const texts = new Map(
  await Promise.all(files.map(async (file) => [file, await readFile(join(root, file), 'utf8')] as const)),
)

/** Markdown without what stands in code. */
function prose(text: string): string {
  return text.replace(/^( *)(`{3,}|~{3,}).*?\n[\s\S]*?^ *\2 *$/gm, '').replace(/`[^`\n]*`/g, '')
}

/** Anchors of a text's headings, as GitHub makes them. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading] of text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const plain = (heading as string).replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')
    const slug = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .replace(/\s/g, '-')
    let anchor = slug
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`
    anchors.add(anchor)
  }
  return anchors
}

t.test('links lead to files, anchors to headings', async (t) => {
  let links = 0
  for (const [file, text] of texts) {
    for (const [, target] of prose(text).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target as string)) continue
      links++
      const [path, anchor] = (target as string).split('#') as [string, string | undefined]
      const to = path === '' ? file : relative(root, join(root, dirname(file), path))
      if (!existsSync(join(root, to))) t.fail(`${file} links to ${target}, and there is no such file`)
      else if (anchor !== undefined) {
        const there = texts.get(to) ?? (await readFile(join(root, to), 'utf8'))
        t.ok(anchorsOf(there).has(anchor), `${file} links to ${target}`)
      }
    }
  }
  t.ok(links > 5, `${links} links were looked at`)
})

t.test('pages that are shown are pages', async (t) => {
  const registry = await openRegistry({ folder: join(root, 'docs') })
  let pages = 0
  for (const [file, text] of texts) {
    for (const [, yaml] of text.matchAll(/^```ya?ml[^\n]*\n([\s\S]*?)^```/gm)) {
      if (!/^daybook: 1/m.test(yaml as string)) continue
      pages++
      const page = parsePage(yaml as string, file, join(root, 'pipelines'))
      const { errors } = await checkPage(page, { registry, env: process.env })
      // Their data is of nobody's disk, their local plugins are in the text around them.
      const real = errors.filter(({ code }) => !['SPEC_NO_DATA_FILE', 'PLUGIN_MISSING'].includes(code))
      t.same(
        real.map(({ code, message, at }) => `${code} ${at?.line}: ${message}`),
        [],
        `page ${pages}, in ${file}`,
      )
    }
  }
  t.ok(pages >= 2, `${pages} pages were checked`)
})

t.test('every command that the README names is a command', async (t) => {
  const named = [...(texts.get('README.md') as string).matchAll(/\b(?:npx )?daybook ([a-z]+)\b/g)].map(
    ([, name]) => name,
  )
  const program = await readFile(join(root, 'src', 'cli', 'program.ts'), 'utf8')
  for (const name of new Set(named)) t.match(program, `'${name}`, `daybook ${name}`)
})

t.test('no text is left over from writing', async (t) => {
  for (const [file, text] of texts) t.notMatch(text, /@@|TODO|FIXME|lorem/i, file)
})
