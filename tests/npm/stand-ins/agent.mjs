/**
 * The agent that stands in for one that needs a key: a shell script that really runs in the box and
 * speaks box-sse-v1. It notes the prompt on the box's disk and fails at anything called "Rewrite".
 */

/** Where each prompt is noted, one a line. */
export const agentLog = '/workspace/home/agent.log'

const script = `
while [ $# -gt 0 ]; do
  case "$1" in
    -p) prompt=$2; shift 2 ;;
    --model | --session) shift 2 ;;
    *) shift ;;
  esac
done
printf '%s\\n' "$prompt" >> ${agentLog}
printf 'event: text\\ndata: {"text":"reading the code"}\\n\\n'
printf 'event: tool\\ndata: {"name":"note","input":{"file":"agent.log"},"toolCallId":"call-1"}\\n\\n'
printf 'event: tool_result\\ndata: {"toolCallId":"call-1","output":"noted"}\\n\\n'
case "$prompt" in
  Rewrite*)
    printf 'event: error\\ndata: {"error":"the tests fail after the rewrite"}\\n\\n'
    exit 1 ;;
esac
printf 'event: done\\ndata: {"output":"done","input_tokens":7,"output_tokens":5}\\n\\n'
`

/** What to give `Box.create` as `agent`. */
export const agent = {
  harness: 'custom',
  customHarness: { command: 'sh', args: ['-c', script, 'agent'], protocol: 'box-sse-v1' },
}
