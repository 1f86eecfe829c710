import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { DaybookError } from '../../src/base/errors.ts'
import { formatError } from '../../src/base/format-error.ts'
import { root } from '../root.ts'
import { checkFile } from './check-file.ts'

const folder = join(root, 'test', 'fixtures', 'bad')

/** `CODE line:col` a piece, in order; the place is left out where an error has none. */
function told(errors: readonly DaybookError[]): string {
  return errors.map(({ code, at }) => (at === undefined ? code : `${code} ${at.line}:${at.col}`)).join(', ')
}

t.test('every bad page ends in the errors that its first line expects, within a second', async (t) => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
  t.ok(files.length >= 60, `${files.length} pages`)
  await checkFile(join(folder, files[0] as string)) // loads what is loaded once
  for (const name of files) {
    const file = join(folder, name)
    const expected = /^# expect: (.+)$/m.exec(readFileSync(file, 'utf8'))?.[1]
    const start = performance.now()
    const errors = await checkFile(file)
    const ms = performance.now() - start
    t.equal(told(errors), expected, name)
    t.ok(ms < 1000, `${name}: ${Math.round(ms)} ms`)
    for (const error of errors) {
      t.equal(error.exit, 2, `${name}: ${error.code} ends with exit 2`)
      t.match(formatError(error), error.code)
    }
  }
})

t.test('pages that no repository should hold', async (t) => {
  const temp = mkdtempSync(join(tmpdir(), 'daybook-bad-'))
  const head = 'daybook: 1\nname: bad\n'
  const deep = 100_000
  const huge: Readonly<Record<string, readonly [content: string | Uint8Array, expected: string]>> = {
    'deep-flow': [`${head}note: ${'['.repeat(deep)}`, 'SPEC_TOO_DEEP 3:70'],
    'deep-maps': [`${head}note: ${'{a: '.repeat(deep)}`, 'SPEC_TOO_DEEP 3:259'],
    'deep-list': [`${'- '.repeat(deep)}`, 'SPEC_TOO_DEEP 1:129'],
    'deep-keys': [`${'? '.repeat(deep)}`, 'SPEC_TOO_DEEP 1:129'],
    'deep-compact': [`${'a: '.repeat(deep)}`, 'SPEC_TOO_DEEP 1:194'],
    'deep-block': [Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), 'SPEC_TOO_DEEP 65:65'],
    'ten-megabytes': [`${head}note: ${'x'.repeat(10_000_000)}\n`, 'SPEC_FILE_TOO_LARGE'],
    'many-keys': [
      `${head}${Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n')}`,
      'SPEC_TOO_MANY_VALUES 16667:9',
    ],
    empty: ['', 'SPEC_EMPTY 1:1'],
    'invalid-utf-8': [
      Buffer.concat([Buffer.from(`${head}note: caf`), Buffer.from([0xe9, 0x0a])]),
      'SPEC_NOT_UTF8 3:10',
    ],
    'utf-16': [Buffer.from(`\ufeff${head}`, 'utf16le'), 'SPEC_NOT_UTF8 1:1'],
    'nul-byte': [`${head}note: a\u0000b\n`, 'SPEC_NOT_UTF8 3:8'],
  }
  for (const [name, [content, expected]] of Object.entries(huge)) {
    const file = join(temp, `${name}.yaml`)
    writeFileSync(file, content)
    const start = performance.now()
    t.equal(told(await checkFile(file)), expected, name)
    t.ok(performance.now() - start < 1000, `${name} within a second`)
  }
  t.equal(told(await checkFile(temp)), 'SPEC_FILE_UNREADABLE', 'a folder')
  t.equal(told(await checkFile('/dev/null')), 'SPEC_FILE_UNREADABLE', 'a device')
  const [absent] = await checkFile(join(temp, 'empti.yaml'))
  t.match(absent, { code: 'SPEC_FILE_MISSING', hint: /did you mean `.*empty\.yaml`\?/ })
})

t.test('a byte order mark and CRLF are no faults', async (t) => {
  const temp = mkdtempSync(join(tmpdir(), 'daybook-bom-'))
  const file = join(temp, 'page.yaml')
  writeFileSync(file, '\ufeffdaybook: 1\r\nname: bad\r\nseed: x\r\n')
  const errors = await checkFile(file)
  t.match(told(errors), /SPEC_BAD_VALUE 3:7/)
  t.equal(errors.find(({ code }) => code === 'SPEC_BAD_VALUE')?.at?.text, 'seed: x')
})
