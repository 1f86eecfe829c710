import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { readDataFile } from '../../src/frame/data-file.ts'

t.test('data files', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-data-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const put = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content)
  await put('loans.csv', 'a\n1\n')
  await put('loans.csv.gz', gzipSync('a\n1\n'))
  await put('broken.csv.gz', gzipSync('a\n1\n').subarray(0, 12))
  await symlink(join(folder, 'loans.csv'), join(folder, 'link.csv'))
  for (const name of ['loans.csv', 'loans.csv.gz', 'link.csv']) {
    t.equal(Buffer.from(await readDataFile(join(folder, name))).toString(), 'a\n1\n', name)
  }
  await t.rejects(readDataFile(join(folder, 'lonas.csv')), {
    code: 'DATA_FILE_MISSING',
    hint: 'Did you mean `loans.csv`?',
  })
  await t.rejects(readDataFile(join(folder, 'no', 'loans.csv')), { code: 'DATA_FILE_MISSING' })
  await t.rejects(readDataFile(folder), { code: 'DATA_NOT_A_FILE' })
  await t.rejects(readDataFile('/dev/null'), { code: 'DATA_NOT_A_FILE' })
  await t.rejects(readDataFile(join(folder, 'broken.csv.gz')), { code: 'DATA_BAD_GZIP' })
})
