import { createHash, createVerify, generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { canonicalJson } from '../../src/base/canonical.ts'
import { seal } from '../../src/base/dsse.ts'
import type { DaybookError } from '../../src/base/errors.ts'
import type { Json } from '../../src/base/json.ts'
import { newKeyPair, signingKey, verifyingKey } from '../../src/base/signing-key.ts'
import { type Files, signFiles, signFolder, verifyFiles, verifyFolder } from '../../src/package/index.ts'
import { bundleOf, openBundle, payloadType, readStatement } from '../../src/package/oms-bundle.ts'
import { root } from '../root.ts'

const { privatePem, publicPem } = newKeyPair()
const key = signingKey(privatePem)
const keys = [verifyingKey(publicPem)]
const bytes = (text: string) => new TextEncoder().encode(text)
const sha256 = (content: string) => createHash('sha256').update(content).digest('hex')
const files: Files = new Map([
  ['weights/b.bin', bytes('b')],
  ['weights.txt', bytes('a')],
  ['\uff5e', bytes('c')],
  ['\u{1f600}', bytes('d')],
])
const signature = await signFiles(files, key, { name: 'loans' })
const bundle = JSON.parse(signature)
const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString())

const statementText = canonicalJson(statement)

/** A signature over a statement that was changed, by a key that is trusted. */
function signed(change: (statement: typeof bundle) => void): Uint8Array {
  const changed = structuredClone(statement)
  change(changed)
  return bytes(canonicalJson(bundleOf(seal(payloadType, bytes(canonicalJson(changed as Json)), key), key.publicKey)))
}

/** Codes of all that is wrong with files. */
async function faults(sig: Uint8Array | string, over: Files = files, by = keys): Promise<string[]> {
  try {
    await verifyFiles(typeof sig === 'string' ? bytes(sig) : sig, over, by)
    return []
  } catch (thrown) {
    return (thrown as DaybookError).all.map(({ code, message }) => `${code} ${message}`)
  }
}

t.test('the form is that of OpenSSF Model Signing v1.0', (t) => {
  t.same(Object.keys(bundle).sort(), ['dsseEnvelope', 'mediaType', 'verificationMaterial'])
  t.equal(bundle.mediaType, 'application/vnd.dev.sigstore.bundle.v0.3+json')
  t.same(bundle.verificationMaterial, { publicKey: { hint: sha256(publicPem) }, tlogEntries: [] })
  t.same(statement._type, 'https://in-toto.io/Statement/v1')
  t.same(statement.predicateType, 'https://model_signing/signature/v1.0')
  const { resources, serialization } = statement.predicate
  t.same(serialization, {
    method: 'files',
    hash_type: 'sha256',
    allow_symlinks: false,
    ignore_paths: ['model.sig'],
  })
  t.same(
    resources.map(({ name }: { name: string }) => name),
    ['weights.txt', 'weights/b.bin', '\uff5e', '\u{1f600}'],
    'by code point, not by code unit',
  )
  t.same(resources[0], { name: 'weights.txt', algorithm: 'sha256', digest: sha256('a') })
  // The root, computed by hand: SHA-256 over the raw digests one after the other.
  const rootDigest = createHash('sha256')
  for (const content of 'abcd') rootDigest.update(createHash('sha256').update(content).digest())
  t.same(statement.subject, [{ name: 'loans', digest: { sha256: rootDigest.digest('hex') } }])
  const { payload, signatures } = bundle.dsseEnvelope
  const raw = Buffer.from(payload, 'base64')
  const encoded = Buffer.concat([Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${raw.length} `), raw])
  t.ok(createVerify('sha256').update(encoded).verify(publicPem, Buffer.from(signatures[0].sig, 'base64')))
  t.end()
})

t.test('files verify, from bytes and from streams; what differs is named, all of it', async (t) => {
  t.match(await verifyFiles(bytes(signature), files, keys), { model: 'loans', key: key.id, resources: { length: 4 } })
  const streamed = new Map(
    [...files].map(([name, content]) => [
      name,
      async function* () {
        yield content as Uint8Array
      },
    ]),
  )
  t.same(await faults(signature, streamed), [])
  t.same(await faults(signature, new Map([...files, ['model.sig', bytes(signature)]])), [], 'its own file')
  const changed = new Map([...files, ['weights.txt', bytes('A')], ['extra', bytes('x')], ['sub/model.sig', bytes('x')]])
  changed.delete('weights/b.bin')
  t.same(await faults(signature, changed), [
    'SIGN_FILE_CHANGED weights.txt is not what was signed',
    'SIGN_FILE_MISSING weights/b.bin is signed, and it is not there',
    'SIGN_FILE_UNSIGNED extra is there, and nobody signed it',
    'SIGN_FILE_UNSIGNED sub/model.sig is there, and nobody signed it',
  ])
  const disguised = new Map([...files, ['w\u0435ights.txt', bytes('a')]])
  const error = await verifyFiles(bytes(signature), disguised, keys).catch((thrown: DaybookError) => thrown)
  t.match(error, { code: 'SIGN_FILE_UNSIGNED', hint: /looks like weights\.txt/ })
})

t.test('what is ignored is part of what is signed', async (t) => {
  const all = new Map([...files, ['logs/a', bytes('1')], ['logs2', bytes('2')]])
  const part = await signFiles(all, key, { name: 'loans', ignore: ['logs'] })
  const { ignored, resources } = await verifyFiles(bytes(part), all, keys)
  t.same(ignored, ['logs', 'model.sig'])
  t.equal(resources.length, 5)
  t.same(await faults(part, new Map([...all, ['logs/b', bytes('3')]])), [])
  t.match(await faults(part, new Map([...all, ['logs3', bytes('3')]])), [/^SIGN_FILE_UNSIGNED/])
  t.match(await faults(signed(({ predicate }) => predicate.serialization.ignore_paths.push('logs'))), [])
  t.match(await faults(signed(({ predicate }) => predicate.serialization.ignore_paths.push('.'))), [/^SIGN_BAD_NAME/])
  const unsigned = structuredClone(bundle)
  const wider = { ...statement, predicate: { ...statement.predicate, serialization: { method: 'files' } } }
  unsigned.dsseEnvelope.payload = Buffer.from(canonicalJson(wider as Json)).toString('base64')
  t.match(await faults(JSON.stringify(unsigned)), [/^SIGN_NOT_BY_KEY/])
})

t.test('attacks on the signature', async (t) => {
  const other = verifyingKey(newKeyPair().publicPem)
  t.match(await faults(signature, files, [other]), [/^SIGN_NOT_BY_KEY/], 'wrong key')
  t.same(await faults(signature, files, [other, ...keys]), [], 'one of several keys is enough')
  t.match(await faults(signature, files, []), [/^SIGN_NO_KEY/], 'nobody trusted is nobody')
  const change = (edit: (envelope: typeof bundle) => void) => {
    const changed = structuredClone(bundle)
    edit(changed.dsseEnvelope)
    return JSON.stringify(changed)
  }
  const foreign = seal(
    payloadType,
    Buffer.from(bundle.dsseEnvelope.payload, 'base64'),
    signingKey(newKeyPair().privatePem),
  )
  t.match(await faults(change((envelope) => Object.assign(envelope, { payloadType: 'text/plain' }))), [
    /^SIGN_BAD_ENVELOPE .*text\/plain/,
  ])
  const asText = seal('text/plain', Buffer.from(bundle.dsseEnvelope.payload, 'base64'), key)
  t.match(
    await faults(change((envelope) => Object.assign(envelope, asText, { payloadType }))),
    [/^SIGN_NOT_BY_KEY/],
    'a payload that was signed as another type',
  )
  t.match(await faults(change((envelope) => Object.assign(envelope, { signatures: [] }))), [/^SIGN_BAD_ENVELOPE/])
  const [own] = bundle.dsseEnvelope.signatures
  const several = (list: unknown[]) => faults(change((envelope) => Object.assign(envelope, { signatures: list })))
  t.same(await several([...foreign.signatures, own]), [], 'several signatures: one by a trusted key is enough')
  t.match(await several([...foreign.signatures, ...foreign.signatures]), [/^SIGN_NOT_BY_KEY/])
  t.match(await several([null, 7, {}, { sig: '%' }]), [/^SIGN_NOT_BY_KEY/])
  t.same(await several([{ sig: own.sig }]), [], 'without an id')
  t.same(await several([{ sig: own.sig, keyid: null }]), [])
  t.same(await several([{ sig: own.sig.replaceAll('+', '-').replaceAll('/', '_') }]), [], 'base64 of URLs')
  for (const at of [0, 40, own.sig.length - 8]) {
    const raw = Buffer.from(own.sig, 'base64')
    const place = Math.floor((at * 3) / 4)
    raw[place] = (raw[place] as number) ^ 1
    t.match(await several([{ sig: raw.toString('base64') }]), [/^SIGN_NOT_BY_KEY/], `bit at byte ${place}`)
  }
})

t.test('attacks on the statement, signed by a trusted key all the same', async (t) => {
  const names = (name: string) =>
    faults(
      signed((changed) => {
        changed.predicate.resources[0].name = name
      }),
    )
  for (const name of [
    '../weights.txt',
    '/weights.txt',
    'C:\\weights.txt',
    'a/../weights.txt',
    'w\u0435ights.txt',
    'a\u200b',
  ])
    t.match(await names(name), [/^SIGN_BAD_NAME/], JSON.stringify(name))
  t.match(await names('weights/b.bin'), [/^SIGN_BAD_NAME .*stands twice/])
  t.match(await names('\u301c'), [/^SIGN_FILE_MISSING/, /^SIGN_FILE_UNSIGNED/])
  const statements = (change: (changed: typeof bundle) => void) => faults(signed(change))
  t.match(await statements((one) => Object.assign(one.subject[0].digest, { sha256: sha256('') })), [
    /^SIGN_BAD_STATEMENT .*not that of its files/,
  ])
  t.match(await statements(({ predicate }) => predicate.resources.pop()), [/^SIGN_BAD_STATEMENT/])
  t.match(await statements((one) => one.subject.push(one.subject[0])), [/^SIGN_BAD_STATEMENT .*one model/])
  t.match(await statements((one) => Object.assign(one, { _type: 'x' })), [/^SIGN_BAD_STATEMENT .*in-toto/])
  t.match(await statements((one) => Object.assign(one, { predicateType: 'https://slsa.dev/provenance/v1' })), [
    /^SIGN_BAD_STATEMENT .*slsa/,
  ])
  t.match(await statements(({ predicate }) => Object.assign(predicate.serialization, { method: 'shards' })), [
    /^SIGN_BAD_STATEMENT .*shards/,
  ])
  for (const edit of [
    { algorithm: 'md5' },
    { algorithm: 'toString' },
    { digest: 'ABC' },
    { digest: 7 },
    { name: null },
  ])
    t.match(await statements(({ predicate }) => Object.assign(predicate.resources[0], edit)), [/^SIGN_BAD_STATEMENT/])
  t.match(await statements((one) => Object.assign(one, { predicate: 7 })), [/^SIGN_BAD_STATEMENT/])
})

t.test('blake2b, which other tools may choose, is checked too', async (t) => {
  const blake = (content: Uint8Array) => createHash('blake2b512').update(content).digest()
  const list = [...files].map(([name, content]) => ({ name, digest: blake(content as Uint8Array) }))
  const sig = signed((one) => {
    one.predicate.resources = list.map(({ name, digest }) => ({
      name,
      algorithm: 'blake2b',
      digest: digest.toString('hex'),
    }))
    one.subject[0].digest.sha256 = createHash('sha256')
      .update(Buffer.concat(list.map(({ digest }) => digest)))
      .digest('hex')
  })
  t.same(await faults(sig), [])
  t.match(await faults(sig, new Map([...files, ['weights.txt', bytes('A')]])), [/^SIGN_FILE_CHANGED/])
})

t.test('bytes that are no signature are refused, whatever they are', async (t) => {
  const deep = '['.repeat(200_000)
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '7',
    deep,
    '{"mediaType":"x"}',
    '{"mediaType":"application/vnd.dev.sigstore.bundle"}',
  ])
    t.match(await faults(text), [/^SIGN_BAD_BUNDLE/], text.slice(0, 20))
  t.match(await faults(Uint8Array.of(0xff, 0xfe, 0)), [/^SIGN_BAD_BUNDLE/])
  const keyless = { ...bundle, verificationMaterial: { certificate: { rawBytes: '' }, tlogEntries: [{}] } }
  t.match(await faults(JSON.stringify(keyless)), [/^SIGN_BAD_BUNDLE .*certificate/])
})

t.test('no bit of a signature changes unseen', async (t) => {
  const sound = bytes(signature)
  const missed: number[] = []
  for (let at = 0; at < sound.length; at++) {
    for (const bit of [at % 8, (at + 5) % 8]) {
      const flipped = Uint8Array.from(sound)
      flipped[at] = (flipped[at] as number) ^ (1 << bit)
      const [fault = ''] = await faults(flipped)
      if (!fault.startsWith('SIGN_')) missed.push(at)
    }
  }
  t.same(missed, [])
})

t.test('any bytes are answered by an error of ours', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), async (text) => (await faults(text)).every((fault) => fault.startsWith('SIGN_'))),
    { numRuns: 200 },
  )
  const change = fc.record({ at: fc.nat(statementText.length - 1), text: fc.string({ maxLength: 4 }) })
  await fc.assert(
    fc.asyncProperty(change, async ({ at, text }) => {
      const payload = bytes(statementText.slice(0, at) + text + statementText.slice(at + text.length))
      const sealed = bytes(canonicalJson(bundleOf(seal(payloadType, payload, key), key.publicKey)))
      return (await faults(sealed)).every((fault) => fault.startsWith('SIGN_'))
    }),
    { numRuns: 200 },
  )
})

t.test('keys of other kinds neither sign nor verify', (t) => {
  const pem = (kind: 'ed25519' | 'P-384') => {
    const pair = kind === 'ed25519' ? generateKeyPairSync(kind) : generateKeyPairSync('ec', { namedCurve: kind })
    return {
      secret: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      open: pair.publicKey.export({ type: 'spki', format: 'pem' }) as string,
    }
  }
  for (const [kind, named] of [
    ['ed25519', /ed25519, P-256 is needed/],
    ['P-384', /secp384r1, P-256 is needed/],
  ] as const) {
    const { secret, open } = pem(kind)
    t.throws(() => signingKey(secret), { code: 'SIGN_BAD_KEY', message: named })
    t.throws(() => verifyingKey(open), { code: 'SIGN_BAD_KEY', message: named })
  }
  t.end()
})

t.test('names that are refused are not signed, and nothing is no model', async (t) => {
  const sign = (name: string) => signFiles(new Map([[name, bytes('')]]), key, { name: 'm' })
  await t.rejects(sign('../a'), { code: 'SIGN_BAD_NAME' })
  await t.rejects(sign('a\\b'), { code: 'SIGN_BAD_NAME' })
  await t.rejects(sign('model.sig'), { code: 'SIGN_NO_FILES' })
  await t.rejects(signFiles(files, key, { name: 'm', ignore: ['/etc'] }), { code: 'SIGN_BAD_NAME' })
})

t.test('a folder is signed and verified; links, strangers and Git', async (t) => {
  const folder = t.testdir({ model: { 'a.json': '{}', sub: { b: 'b' }, '.git': { HEAD: 'x' }, '.gitignore': 'x' } })
  const model = join(folder, 'model')
  t.equal(await signFolder(model, key), join(model, 'model.sig'))
  t.match(await verifyFolder(model, keys), {
    model: 'model',
    resources: [{ name: 'a.json' }, { name: 'sub/b' }],
    ignored: ['.git', '.gitignore', 'model.sig'],
  })
  await signFolder(model, key)
  t.ok(await verifyFolder(model, keys), 'signed again')
  writeFileSync(join(model, '.git', 'new'), 'y')
  t.ok(await verifyFolder(model, keys))
  mkdirSync(join(model, '.github'))
  writeFileSync(join(model, '.github', 'x'), '')
  await t.rejects(verifyFolder(model, keys), { code: 'SIGN_FILE_UNSIGNED' }, 'what was not there is not ignored')
  rmSync(join(model, '.github'), { recursive: true })

  writeFileSync(join(folder, 'b'), 'b')
  rmSync(join(model, 'sub', 'b'))
  symlinkSync(join(folder, 'b'), join(model, 'sub', 'b'))
  await t.rejects(verifyFolder(model, keys), { code: 'SIGN_LINK' }, 'a link to equal bytes')
  await t.rejects(signFolder(model, key), { code: 'SIGN_LINK' })
  rmSync(join(model, 'sub', 'b'))
  writeFileSync(join(model, 'sub', 'b'), 'b')
  symlinkSync('sub', join(model, 'linked'))
  await t.rejects(verifyFolder(model, keys), { code: 'SIGN_FILE_UNSIGNED' }, 'a link to a folder')
  rmSync(join(model, 'linked'))
  t.ok(await verifyFolder(model, keys))
  await t.rejects(verifyFolder(folder, keys), { code: 'SIGN_FOLDER', message: /holds no model\.sig/ })
  await t.rejects(signFolder(join(folder, 'nowhere'), key), { code: 'SIGN_FOLDER' })
  const sig = readFileSync(join(model, 'model.sig'))
  rmSync(join(model, 'model.sig'))
  writeFileSync(join(folder, 'real.sig'), sig)
  symlinkSync('../real.sig', join(model, 'model.sig'))
  await t.rejects(verifyFolder(model, keys), { code: 'SIGN_LINK' })
})

const vectors = join(dirname(root), 'shared', 'specs', 'model-signing', 'test-vectors', 'v1.0')
const skip = existsSync(vectors) ? false : 'the vectors of the specification are not here'
t.test('the vectors of the specification', { skip }, (t) => {
  const read = (name: string) => readFileSync(join(vectors, name))
  const payload = (name: string) => Buffer.from(openBundle(read(name)).envelope.payload, 'base64')
  const statement = readStatement(payload('valid/key.bundle.json'))
  t.same(
    statement.resources.map(({ name }) => name),
    ['signme-1', 'signme-2'],
  )
  t.ok(statement.ignored.includes('.git'))
  for (const name of ['empty', 'missing-envelope', 'missing-verification-material'])
    t.throws(() => openBundle(read(`invalid/${name}.bundle.json`)), { code: 'SIGN_BAD_BUNDLE' }, name)
  t.throws(() => readStatement(payload('invalid-payload/wrong-predicate.bundle.json')), {
    code: 'SIGN_BAD_STATEMENT',
    message: /wrong-predicate/,
  })
  t.throws(() => openBundle(read('valid/certificate.bundle.json')), { code: 'SIGN_BAD_BUNDLE', message: /certificate/ })
  t.end()
})
