import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { extract, pack } from 'tar-stream'
import { faultOfName } from '../../src/package/entry-names.ts'
import { readTar, readTarFiles, unpackTar } from '../../src/package/read-tar.ts'
import { packTar, type TarFile, tarStream } from '../../src/package/tar.ts'
import type { TarLimits } from '../../src/package/tar-guard.ts'
import { blocks, octal, rawHeader, rawTar } from './raw-tar.ts'

const file = (name: string, text = name): TarFile => ({ name, bytes: Buffer.from(text) })

async function all(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000)
}

/** The code and the message of what a reader says of an archive; `read` where it says nothing. */
async function verdict(bytes: Uint8Array, limits?: TarLimits): Promise<string> {
  return readTarFiles(bytes, limits).then(
    () => 'read',
    ({ code, message }) => `${code}: ${message}`,
  )
}

t.test('what is packed comes out again, whatever the order and the content', async (t) => {
  const part = fc.stringMatching(/^[a-z0-9_]{1,30}$/)
  const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `${parts.join('/')}.x`)
  const files = fc.uniqueArray(fc.tuple(name, fc.uint8Array({ maxLength: 1500 })), { selector: ([name]) => name })
  await fc.assert(
    fc.asyncProperty(files, async (files) => {
      const given = files.map(([name, bytes]) => ({ name, bytes }))
      const archive = await packTar(given)
      t.same(archive, await packTar([...given].reverse()), 'equal files, equal bytes')
      const zipped = await packTar(given, { gzip: true })
      for (const bytes of [archive, zipped]) {
        const found = await readTarFiles(bytes)
        if (found.size !== files.length) return false
        for (const [name, content] of files) if (Buffer.compare(found.get(name) as Buffer, content) !== 0) return false
      }
      return true
    }),
    { numRuns: 60 },
  )
})

t.test('another reader finds the same files; nothing tells who packed them or when', async (t) => {
  const long = `store/${'a'.repeat(90)}/${'b'.repeat(98)}`
  const files = [file('b'), file('a/c', 'x'.repeat(70_000)), file(long), { name: 'empty', bytes: new Uint8Array(0) }]
  const archive = await packTar(files, { first: 'b' })
  const parser = extract()
  parser.write(Buffer.from(archive))
  parser.end(null)
  const names: string[] = []
  for await (const entry of parser) {
    const { name, mode, uid, gid, mtime, uname, type } = entry.header
    t.same(
      { mode, uid, gid, uname, type, mtime: mtime?.getTime() },
      { mode: 0o644, uid: 0, gid: 0, uname: '', type: 'file', mtime: 0 },
    )
    t.equal(
      (await all(entry)).toString(),
      Buffer.from((files.find((one) => one.name === name) as { bytes: Uint8Array }).bytes).toString(),
    )
    names.push(name)
  }
  t.same(names, ['b', 'a/c', 'empty', long])
  const zipped = await packTar(files, { gzip: true })
  t.same([...zipped.subarray(0, 10)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3], 'the header of the gzip file is fixed')
})

t.test('archives of other packers are read where they hold plain files', async (t) => {
  const other = pack()
  other.entry({ name: 'package/index.js', mtime: new Date(), mode: 0o755, uid: 1000 }, 'export {}')
  other.finalize()
  const bytes = await all(other)
  t.same(
    [...(await readTarFiles(bytes))].map(([name, bytes]) => [name, String(bytes)]),
    [['package/index.js', 'export {}']],
  )
  t.equal(await verdict(gzipSync(bytes)), 'read')
  t.equal(
    await verdict(Buffer.concat([bytes, new Uint8Array(9 * 512)])),
    'read',
    'a record filled up with empty blocks',
  )
})

t.test('files on disk are streamed; one that changes meanwhile is told', async (t) => {
  const folder = t.testdir({ big: 'y'.repeat(3_000_000) })
  const big = { name: 'big', file: join(folder, 'big'), size: 3_000_000 }
  const archive = await all(tarStream([big]))
  t.equal(archive.length, 512 + 3_000_320 + 1024)
  const out = t.testdir({ big: 'y'.repeat(3_000_000), out: {} })
  const [unpacked] = await unpackTar([archive] as unknown as AsyncIterable<Uint8Array>, join(out, 'out'))
  t.match(unpacked, { name: 'big', size: 3_000_000, digest: /^[0-9a-f]{64}$/ })
  await t.rejects(all(tarStream([{ ...big, size: 2_999_999 }])), { code: 'TAR_DAMAGED' })
  writeFileSync(join(out, 'big'), 'short')
  await t.rejects(all(tarStream([{ ...big, file: join(out, 'big') }])), { code: 'TAR_DAMAGED' })
})

t.test('names: a closed alphabet, and nothing that another system takes for something else', async (t) => {
  const good = [
    'a',
    'a/b.c',
    'store/objects/sha256/ab/cd',
    '@acme+x/y-1_2.tgz',
    'with a space.txt',
    '.gitignore',
    'console',
  ]
  const bad = [
    '',
    '/etc/passwd',
    'C:/x',
    'c:x',
    '../x',
    'a/../b',
    'a/..',
    '..',
    './a',
    'a//b',
    'a/',
    'a\\b',
    'a\0b',
    'a\nb',
    '\u001b[31m',
    'r\u0443n.json',
    'caf\u00e9',
    'cafe\u0301',
    '\uff46ile',
    'a\u202eb',
    'a\u200bb',
    'a:b',
    'a*',
    'a|b',
    ' a',
    'a ',
    'a.',
    'CON',
    'aux.txt',
    'x/nul',
    'COM1.log',
    'a'.repeat(256),
  ]
  for (const name of good) t.equal(faultOfName(name), undefined, name)
  for (const name of bad) {
    t.type(faultOfName(name), 'string', JSON.stringify(name))
    t.throws(() => tarStream([file(name)]), { code: 'TAR_BAD_NAME' }, 'nor is it written')
  }
  t.throws(
    () => tarStream([file(`${'a'.repeat(160)}/${'b'.repeat(90)}`)]),
    { code: 'TAR_BAD_NAME' },
    'no plain header holds it',
  )
  t.throws(() => tarStream([{ name: 'huge', file: 'x', size: 8 ** 11 }]), { code: 'TAR_TOO_LARGE' })
  for (const twins of [
    ['a', 'a'],
    ['Run.json', 'run.json'],
    ['a', 'a/b'],
    ['a/b', 'a'],
    ['A/x', 'a/y'],
  ])
    t.throws(() => tarStream(twins.map((name) => file(name))), { code: 'TAR_TWIN_NAME' }, twins.join(' '))
})

t.test('an archive that leads elsewhere or hides something is refused, each by its own code', async (t) => {
  const entry = (header: Parameters<typeof rawHeader>[0], content = 'hello') =>
    Buffer.concat([rawHeader({ size: octal(content.length), ...header }), blocks(content)])
  const pax = (text: string) => entry({ name: 'PaxHeader', type: 'x' }, `${text.length + 3} ${text}\n`)
  const evil: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
    'an absolute path': [rawTar(entry({ name: '/etc/passwd' })), /^TAR_BAD_NAME: .* \/etc\/passwd: it is absolute/],
    'a path upwards': [rawTar(entry({ name: '../../x' })), /^TAR_BAD_NAME: .*\.\.\/\.\.\/x: it leads out/],
    'a path upwards in the prefix': [rawTar(entry({ name: 'x', prefix: '..' })), /^TAR_BAD_NAME: .*\.\.\/x/],
    'a backslash': [rawTar(entry({ name: '..\\x' })), /^TAR_BAD_NAME: .*backslash/],
    'an empty name': [rawTar(entry({ name: '' })), /^TAR_BAD_NAME/],
    'bytes that are no UTF-8': [rawTar(entry({ name: Uint8Array.of(0x61, 0xff, 0xfe) })), /^TAR_BAD_NAME: .*\\u\{ff\}/],
    'a name that looks alike': [rawTar(entry({ name: 'run.json' }), entry({ name: 'r\u0443n.json' })), /^TAR_BAD_NAME/],
    'one name in two Unicode forms': [rawTar(entry({ name: 'e\u0301' }), entry({ name: '\u00e9' })), /^TAR_BAD_NAME/],
    'what a terminal would obey': [rawTar(entry({ name: '\u001b]0;x\u0007' })), /^TAR_BAD_NAME: [\x20-\x7e]+$/],
    'a name twice': [rawTar(entry({ name: 'a' }), entry({ name: 'a' }, 'other')), /^TAR_TWIN_NAME/],
    'names that differ by case': [rawTar(entry({ name: 'a' }), entry({ name: 'A' })), /^TAR_TWIN_NAME: .* A and a/],
    'a file in a file': [rawTar(entry({ name: 'a' }), entry({ name: 'a/b' })), /^TAR_TWIN_NAME/],
    'a hard link': [rawTar(rawHeader({ name: 'a', type: '1', link: '/etc/shadow' })), /^TAR_NOT_A_FILE: .*a hard link/],
    'a symbolic link': [
      rawTar(rawHeader({ name: 'a', type: '2', link: '..' })),
      /^TAR_NOT_A_FILE: .* a .*symbolic link/,
    ],
    'a device': [rawTar(rawHeader({ name: 'a', type: '3' })), /^TAR_NOT_A_FILE: .*character device/],
    'a block device': [rawTar(rawHeader({ name: 'a', type: '4' })), /^TAR_NOT_A_FILE: .*block device/],
    'a folder': [rawTar(rawHeader({ name: 'a', type: '5' })), /^TAR_NOT_A_FILE: .*folder/],
    'a folder by its slash': [rawTar(rawHeader({ name: 'a/' })), /^TAR_BAD_NAME/],
    'a pipe': [rawTar(rawHeader({ name: 'a', type: '6' })), /^TAR_NOT_A_FILE: .*pipe/],
    'a type that nobody knows': [rawTar(rawHeader({ name: 'a', type: 'Z' })), /^TAR_NOT_A_FILE: .*of type Z/],
    'another path by pax': [rawTar(pax('path=../../x'), entry({ name: 'a' })), /^TAR_EXTENSION: .*a pax header/],
    'another size by pax': [rawTar(pax('size=1'), entry({ name: 'a' })), /^TAR_EXTENSION/],
    'another path for all': [
      rawTar(entry({ name: 'g', type: 'g' }, '13 path=../x\n'), entry({})),
      /^TAR_EXTENSION: .*global/,
    ],
    'a long name': [
      rawTar(entry({ name: '././@LongLink', type: 'L' }, '../x'), entry({})),
      /^TAR_EXTENSION: .*a long name/,
    ],
    'a long link': [rawTar(entry({ name: '././@LongLink', type: 'K' }, '../x'), entry({})), /^TAR_EXTENSION/],
    'a sparse file': [rawTar(rawHeader({ type: 'S' })), /^TAR_EXTENSION: .*sparse/],
    'a negative size': [rawTar(rawHeader({ size: '-0000000001\0' })), /^TAR_BAD_SIZE/],
    'a binary size': [rawTar(rawHeader({ size: '\x7f\x01\x01\x01' })), /^TAR_BAD_SIZE/],
    'a size that says less': [
      rawTar(rawHeader({ size: octal(2) }), blocks('hello')),
      /^TAR_DAMAGED: .*fills its last block/,
    ],
    'a size that says nothing': [rawTar(rawHeader({ size: octal(0) }), blocks('hello')), /^TAR_(DAMAGED|BAD_NAME)/],
    'a size that says more': [
      rawTar(rawHeader({ size: octal(5000) }), blocks('hello')),
      /^TAR_TRUNCATED: .*within file/,
    ],
    'a size as large as all disks': [rawTar(rawHeader({ size: '77777777777\0' })), /^TAR_(TRUNCATED|TOO_LARGE)/],
    'a wrong checksum': [rawTar(rawHeader({ checksum: '0000001\0' })), /^TAR_DAMAGED/],
    'another format': [rawTar(rawHeader({ magic: 'ustar  \0' })), /^TAR_DAMAGED: .*POSIX/],
    'files after the end': [rawTar(rawTar(entry({ name: 'a' })), entry({ name: 'b' })), /^TAR_TRAILING/],
    'garbage after the end': [Buffer.concat([rawTar(entry({ name: 'a' })), blocks('garbage')]), /^TAR_TRAILING/],
    'a piece of a block after the end': [Buffer.concat([rawTar(entry({})), Buffer.alloc(7)]), /^TAR_TRUNCATED/],
    'nothing at all': [new Uint8Array(0), /^TAR_TRUNCATED/],
  }
  for (const [what, [bytes, expected]] of Object.entries(evil)) t.match(await verdict(bytes), expected, what)
})

t.test('limits: entries, bytes of one, bytes of all', async (t) => {
  const bytes = await packTar([file('a', 'x'.repeat(600)), file('b', 'x'.repeat(600)), file('c', 'x')])
  const limits = { entries: 3, entryBytes: 600, totalBytes: 1201 }
  t.equal(await verdict(bytes, limits), 'read')
  t.match(await verdict(bytes, { ...limits, entries: 2 }), /^TAR_TOO_MANY: .*2 entries/)
  t.match(await verdict(bytes, { ...limits, entryBytes: 599 }), /^TAR_TOO_LARGE: the entry a .*600 bytes.*599/)
  t.match(await verdict(bytes, { ...limits, totalBytes: 1200 }), /^TAR_TOTAL_TOO_LARGE: .*1200 bytes, at c/)
})

t.test('an archive that was cut off anywhere is refused', async (t) => {
  const bytes = await packTar([file('a', 'x'.repeat(600)), file('b')])
  for (let length = 0; length < bytes.length; length += 64)
    t.match(await verdict(bytes.subarray(0, length)), /^TAR_TRUNCATED/, `${length} of ${bytes.length} bytes`)
})

t.test('gzip: bombs, second members, garbage, damage', async (t) => {
  const tar = await packTar([file('a', 'x'.repeat(600))])
  const zipped = Buffer.from(await packTar([file('a', 'x'.repeat(600))], { gzip: true }))
  t.equal(await verdict(zipped), 'read')
  const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20))
  t.match(await verdict(bomb, { entries: 10, entryBytes: 1000, totalBytes: 1000 }), /^TAR_TOTAL_TOO_LARGE/)
  t.match(await verdict(Buffer.concat([zipped, zipped])), /^TAR_GZIP: .*after its end/)
  t.match(await verdict(Buffer.concat([zipped, Buffer.from('x')])), /^TAR_GZIP: .*after its end/)
  t.match(await verdict(zipped.subarray(0, -1)), /^TAR_GZIP: .*cut off/)
  t.match(await verdict(zipped.subarray(0, 30)), /^TAR_GZIP/)
  const named = Buffer.from(zipped)
  named[3] = 8
  t.match(await verdict(named), /^TAR_GZIP: .*header/)
  for (const at of [10, zipped.length - 8, zipped.length - 1]) {
    const flipped = Buffer.from(zipped)
    flipped[at] = (flipped[at] as number) ^ 4
    t.match(await verdict(flipped), /^TAR_/, `byte ${at}`)
  }
  t.match(await verdict(gzipSync(tar.subarray(0, 700))), /^TAR_TRUNCATED/)
})

t.test('random bytes and flipped bits never crash or hang it', async (t) => {
  const sound = await packTar([file('a', 'x'.repeat(600)), file('b/c')])
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 3000 }),
      fc.nat(sound.length - 1),
      fc.nat(7),
      async (noise, at, bit) => {
        t.match(await verdict(noise), /^TAR_/)
        const flipped = Uint8Array.from(sound)
        flipped[at] = (flipped[at] as number) ^ (1 << bit)
        t.match(await verdict(flipped), /^(TAR_|read)/)
      },
    ),
    { numRuns: 150 },
  )
})

t.test('who stops reading early leaves nothing behind', async (t) => {
  const bytes = await packTar([file('a', 'x'.repeat(200_000)), file('b')])
  for await (const { name } of readTar(pieces(bytes))) {
    t.equal(name, 'a')
    break
  }
  const names: string[] = []
  for await (const { name } of readTar(pieces(bytes))) names.push(name)
  t.same(names, ['a', 'b'], 'content that nobody reads is passed over')
  const sizes: number[] = []
  for await (const { content } of readTar(pieces(bytes))) {
    for await (const chunk of content) {
      sizes.push(chunk.length)
      break
    }
  }
  t.equal(sizes.length, 2, 'so is what is left')
})
