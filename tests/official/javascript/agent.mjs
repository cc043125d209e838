/** The agent of the scenarios: a script in the box that speaks box-sse-v1. */

const script = `
while [ $# -gt 0 ]; do
  case "$1" in -p) prompt=$(printf %s "$2" | head -n 1); shift 2 ;; --model) model=$2; shift 2 ;; *) shift ;; esac
done
case "$prompt" in
  *wait*) printf 'event: text\\ndata: {"text":"waiting"}\\n\\n'; sleep 1000 ;;
  *JSON*) printf 'event: done\\ndata: {"output":"{\\\\"answer\\\\": 42}","input_tokens":1,"output_tokens":1}\\n\\n'; exit ;;
esac
printf 'event: thinking\\ndata: {"text":"hm"}\\n\\n'
printf 'event: text\\ndata: {"text":"reading"}\\n\\n'
printf 'event: tool\\ndata: {"name":"note","input":{"file":"x"},"toolCallId":"call-1"}\\n\\n'
printf 'event: tool_result\\ndata: {"toolCallId":"call-1","output":"noted"}\\n\\n'
printf 'event: done\\ndata: {"output":"%s by %s","input_tokens":7,"output_tokens":5,"total_cost_usd":0.25}\\n\\n' "$prompt" "$model"
`

/** What to give `Box.create` as `agent`. */
export const agent = {
  harness: 'custom',
  model: 'small-model',
  customHarness: { command: 'sh', args: ['-c', script, 'agent'], protocol: 'box-sse-v1' },
}
