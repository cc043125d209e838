/**
 * What is known not to work, and why. Everything else has to; and what is listed here has to fail as it
 * says, or the list is wrong.
 */
const NO_BROWSER = 'the server has no managed browser (501 unsupported)'

export const expected = [
  { matches: /^(box\.browser\.(?!getTab$)|tab\.|recording\.)/, status: 501, verdict: '501', why: NO_BROWSER },
  {
    matches: /^ephemeral\.schedule\.agent$/,
    status: 400,
    verdict: 'client',
    why: 'neither client can give an ephemeral box an agent, so there is none to prompt',
  },
  {
    matches: /^run\.cancel$/,
    clients: ['npm'],
    status: 'unhandled',
    mayWork: true,
    verdict: 'client',
    why: 'the run is cancelled, but the client leaves a rejected promise of its own unhandled',
  },
]
