<<cd>>
code=0
agentops drift --json > drift.json || code=$?
agentops report drift.json
<<after_drift>>
agentops ci issue drift.json
[ "$code" -ne 2 ] || code=0
exit "$code"
