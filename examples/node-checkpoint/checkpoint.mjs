/**
 * A snapshot before a risky step: if the step fails, the box goes on from the snapshot as if it had
 * never been tried.
 */
import { Box } from 'upstash-box-wasm'

const box = await Box.create({ runtime: 'node' })
await box.exec.command('mkdir -p app && echo "module.exports = () => 42" > app/answer.js')

const test = () => box.exec.command(`node -e 'process.exit(require("./app/answer.js")() === 42 ? 0 : 1)'`)
console.log('before:', (await test()).status)

const checkpoint = await box.snapshot({ name: 'before-rewrite' })

// Whatever rewrites code may break it: a person, a script, an agent.
await box.exec.command('echo "module.exports = () => 41" > app/answer.js && touch app/leftover')
const after = await test()
console.log('after the rewrite:', after.status)

if (after.status === 'failed') {
  await box.rollback(checkpoint.id)
  console.log('after the rollback:', (await test()).status)
  console.log('files:', (await box.files.list('app')).map(({ name }) => name).join(', '))
}

await box.delete()
await Box.deleteSnapshots([checkpoint.id])
