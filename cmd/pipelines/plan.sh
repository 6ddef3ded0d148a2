<<cd>>
code=0
agentops plan --detailed-exitcode --lock-timeout 10m --json > plan.json || code=$?
agentops report plan.json --format outputs > plan.env
agentops report plan.json
. ./plan.env
agentops report "${run:-plan.json}" -o plan.html
[ ! -d .agentops ] || tar --exclude=.terraform -czf plan.tgz plan.env .agentops
<<after_plan>>
agentops ci comment --section plan plan.json
[ "$code" -ne 2 ] || code=0
exit "$code"
