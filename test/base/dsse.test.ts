import { createVerify, generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { type Envelope, seal, unseal } from '../../src/base/dsse.ts'
import { newKeyPair, signingKey, verifyingKey } from '../../src/base/signing-key.ts'

const type = 'http://example.com/HelloWorld'
const payload = new TextEncoder().encode('hello world')
const { privatePem, publicPem } = newKeyPair()
const key = signingKey(privatePem)
const sealed = seal(type, payload, key)

t.test('an envelope is opened by the key that signed it, and by no other', (t) => {
  t.same(unseal(sealed, type, verifyingKey(publicPem)), Buffer.from(payload))
  t.equal(sealed.signatures[0]?.keyid, verifyingKey(publicPem).id)
  const other = verifyingKey(newKeyPair().publicPem)
  t.throws(() => unseal(sealed, type, other), { code: 'SIGN_NOT_BY_KEY' })
  t.end()
})

t.test('what is signed is the encoding of the specification', (t) => {
  // The example of the protocol's own text: DSSEv1, length and text of the type, length and bytes of the payload.
  const bytes = 'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
  const signature = Buffer.from(sealed.signatures[0]?.sig ?? '', 'base64')
  t.ok(createVerify('sha256').update(bytes).verify(publicPem, signature))
  t.end()
})

t.test('a changed payload, type or signature is refused', (t) => {
  const open = (changed: object, as = type) => unseal({ ...sealed, ...changed } as Envelope, as, key.publicKey)
  t.throws(() => open({ payload: Buffer.from('hello World').toString('base64') }), { code: 'SIGN_NOT_BY_KEY' })
  t.throws(() => open({ payload: 'a' }), { code: 'SIGN_BAD_ENVELOPE' })
  t.throws(() => open({}, 'text/plain'), { code: 'SIGN_BAD_ENVELOPE' })
  t.throws(() => open({ payloadType: 'text/plain' }, 'text/plain'), { code: 'SIGN_NOT_BY_KEY' })
  t.throws(() => open({ signatures: [] }), { code: 'SIGN_BAD_ENVELOPE' })
  t.throws(() => open({ signatures: [{ keyid: key.id, sig: 'AAAA' }] }), { code: 'SIGN_NOT_BY_KEY' })
  t.throws(() => unseal(null as unknown as Envelope, type, key.publicKey), { code: 'SIGN_BAD_ENVELOPE' })
  const wrongId = { signatures: [{ keyid: 'another', sig: sealed.signatures[0]?.sig }] }
  t.same(open(wrongId), Buffer.from(payload), 'the id is a hint alone')
  t.end()
})

t.test('keys: a passphrase locks one; other kinds and what is no key are refused', (t) => {
  const locked = newKeyPair('open sesame')
  t.equal(signingKey(locked.privatePem, 'open sesame').id, verifyingKey(locked.publicPem).id)
  t.throws(() => signingKey(locked.privatePem), { code: 'SIGN_PASSPHRASE', message: /there is none/ })
  t.throws(() => signingKey(locked.privatePem, 'wrong'), { code: 'SIGN_PASSPHRASE', message: /it is wrong/ })
  t.throws(() => signingKey('no key'), { code: 'SIGN_BAD_KEY' })
  t.throws(() => verifyingKey('no key'), { code: 'SIGN_BAD_KEY' })
  const ed25519 = generateKeyPairSync('ed25519')
  const pem = ed25519.publicKey.export({ type: 'spki', format: 'pem' }) as string
  t.throws(() => verifyingKey(pem), { code: 'SIGN_BAD_KEY', message: /ed25519, P-256 is needed/ })
  t.end()
})
