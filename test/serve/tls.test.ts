import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { start } from './start.ts'

const openssl = spawnSync('openssl', ['version']).status === 0

t.test('TLS files: both ports speak TLS alone', { skip: openssl ? false : 'openssl is not here' }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-tls-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  spawnSync('openssl', [...made, '-keyout', key, '-out', certificate, ...subject])
  const ca = await readFile(certificate)
  const { url, management } = await start(t, { tls: { certificate: ca, key: await readFile(key) }, management: {} })
  t.match(url, /^https:/)
  t.match(management, /^https:/)
  const status = (address: string) =>
    new Promise((resolve, reject) => {
      const asked = request(address, { ca }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      asked.on('error', reject)
      asked.end()
    })
  t.equal(await status(`${url}/health/ready`), 200)
  t.equal(await status(`${management}/metrics`), 200)
  await t.rejects(fetch(`${url.replace('https', 'http')}/health/ready`))
})
