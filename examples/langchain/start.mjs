/** `MODEL=provider:name npm start "what to do"`, with the provider's package installed and its key set. */
import { initChatModel } from 'langchain/chat_models/universal'
import { answer } from './agent.mjs'

console.log(await answer(await initChatModel(process.env.MODEL), process.argv.slice(2).join(' ')))
