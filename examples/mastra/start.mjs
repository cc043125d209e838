/** `MODEL=provider/name npm start "what to do"`, with the key that the provider wants. */
import { answer } from './agent.mjs'

console.log(await answer(process.env.MODEL, process.argv.slice(2).join(' ')))
