// hashes.mjs SECONDS: prints how many passwords a second this machine hashes with the parameters of ARGON2_*, and nothing
// else to do: one hash at a time on each core.
import { hash } from '@node-rs/argon2'
import { availableParallelism } from 'node:os'

const options = { algorithm: 2, memoryCost: Number(process.env.ARGON2_MEMORY_KIB ?? 19456),
  timeCost: Number(process.env.ARGON2_PASSES ?? 2), parallelism: 1 }
const began = performance.now(), until = began + 1000 * Number(process.argv[2])
let count = 0
await Promise.all(Array.from({ length: availableParallelism() }, async () => {
  while (performance.now() < until) {
    await hash('correct horse battery', options)
    ++count
  }
}))
console.log(JSON.stringify({ rate: 1000 * count / (performance.now() - began) }))
