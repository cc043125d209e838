/** Runs a command in a box that lives as long as the command, and shows its output as it comes. */
import { Box } from 'upstash-box-wasm'

const form = document.querySelector('form')
const output = document.querySelector('pre')

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { baseUrl, apiKey, command } = Object.fromEntries(new FormData(form))
  output.textContent = ''
  form.inert = true
  try {
    const box = await Box.create({ baseUrl, apiKey })
    try {
      for await (const chunk of box.exec.stream(command)) {
        output.append(chunk.type === 'output' ? chunk.data : `\nexit code ${chunk.exitCode}`)
      }
    } finally {
      await box.delete()
    }
  } catch (error) {
    output.append(error.message)
  } finally {
    form.inert = false
  }
})
