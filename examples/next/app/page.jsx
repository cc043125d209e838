/** Asks the route handler to run a program and shows its output as it comes. */
'use client'
import { useState } from 'react'

export default function Page() {
  const [code, setCode] = useState('console.log(6 * 7)')
  const [output, setOutput] = useState('')

  async function run(event) {
    event.preventDefault()
    setOutput('')
    const response = await fetch('/api/run', { method: 'POST', body: code })
    const text = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let part = await text.read(); !part.done; part = await text.read()) {
      setOutput((before) => before + part.value)
    }
  }

  return (
    <form onSubmit={run}>
      <h1>Run JavaScript in a box</h1>
      <textarea name="code" rows={8} style={{ width: '100%' }} value={code} onChange={(event) => setCode(event.target.value)} />
      <button>Run</button>
      <pre aria-live="polite">{output}</pre>
    </form>
  )
}
