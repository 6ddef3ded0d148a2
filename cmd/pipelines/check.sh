<<cd>>
code=0
differ=0
agentops check --json > check.json || code=$?
agentops diff "<<base>>" --json > diff.json || differ=$?
agentops report check.json
agentops report diff.json
<<after_check>>
# An intent that is invalid needs no diff that says so again.
[ "$code" -eq 3 ] || records="check.json diff.json"
agentops ci comment --section check ${records:-check.json}
[ "$differ" -ne 2 ] || differ=0
[ "$code" -ne 0 ] || code=$differ
exit "$code"
