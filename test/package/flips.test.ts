import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { manifestName } from '../../src/package/run-archive.ts'
import { makeArchived, problems, verified } from './archived.ts'
import { Forgery } from './forge.ts'

const { workshop, plain, whole } = await makeArchived(t)
const out = join(workshop.folder, 'forged.tar')

t.test('a file that is missing is found', async (t) => {
  for (const name of (await Forgery.of(whole)).files.keys()) {
    if (name === manifestName) continue
    const forged = await Forgery.of(whole)
    forged.files.delete(name)
    t.same((await problems(await forged.pack(out))).slice(0, 2), ['different', `ARCHIVE_FILE_MISSING ${name}`])
    if (name.includes('attestations') || name.startsWith('store/ledger/')) continue // one statement less is no damage
    t.equal((await problems(await forged.mendManifest().pack(out)))[0], 'different', `${name}, and the manifest mended`)
  }
  const headless = await Forgery.of(whole)
  headless.files.delete(manifestName)
  await t.rejects(verified(await headless.pack(out)), { code: 'ARCHIVE_NO_RUN' })
})

t.test('each file of an archive flipped at 3 places is found', async (t) => {
  for (const name of (await Forgery.of(whole)).files.keys()) {
    const forged = await Forgery.of(whole)
    const sound = forged.files.get(name) as Buffer
    for (const at of new Set([0, sound.length >> 1, sound.length - 1])) {
      const bytes = Buffer.from(sound)
      bytes[at] = (bytes[at] as number) ^ (1 << (at % 8))
      forged.set(name, bytes)
      const found = await problems(await forged.pack(out)).catch(({ code }) => ['different', `${code} ${name}`])
      t.equal(found[0], 'different', `${name} at ${at}`)
      t.ok(
        found.some((problem) => problem.endsWith(` ${name}`)),
        `${name} is named: ${found}`,
      )
    }
  }
})

t.test('one flipped bit anywhere in the archive is found, between files too', async (t) => {
  const sound = readFileSync(plain)
  const places = new Set([
    0,
    99,
    100,
    107,
    135,
    136,
    147,
    154,
    155,
    156,
    157,
    263,
    265,
    297,
    329,
    345,
    511,
    sound.length - 1,
    sound.length - 1024,
  ])
  for (let at = 3; at < sound.length; at += Math.ceil(sound.length / 60)) places.add(at)
  for (const at of places) {
    const bytes = Buffer.from(sound)
    bytes[at] = (bytes[at] as number) ^ (1 << (at % 8))
    writeFileSync(out, bytes)
    const [verdict] = await problems(out).catch(({ code }) => [code])
    t.match(verdict, /^(different|TAR_|ARCHIVE_)/, `byte ${at}`)
  }
})
