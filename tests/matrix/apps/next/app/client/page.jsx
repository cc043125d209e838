/** The scenario in a client component; the connection is in the page's address. */
'use client'
import { useEffect, useState } from 'react'
import * as sdk from 'upstash-box-wasm'
import { scenario } from '../../../../scenario.mjs'

export default function Page() {
  const [verdict, setVerdict] = useState()
  useEffect(() => {
    const connection = Object.fromEntries(new URLSearchParams(location.search))
    scenario(sdk, connection).then((done) => {
      globalThis.verdict = done
      setVerdict(done)
    })
  }, [])
  return <pre>{verdict ? JSON.stringify(verdict) : 'running'}</pre>
}
