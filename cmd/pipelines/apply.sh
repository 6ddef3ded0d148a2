<<cd>>
tar -xzf plan.tgz
. ./plan.env
if [ "$exit_code" -ne 2 ]; then
  echo "the plan changes nothing"
  exit 0
fi
code=0
agentops approve "$run" --as "<<who>>" --reason "<<where>>" --max-destroy "$destroy" --max-replace "$replace"
agentops apply "$run" --lock-timeout 10m --json > apply.json || code=$?
agentops report apply.json
# What apply --resume needs, should this one have been cut short.
tar --exclude=.terraform -czf apply.tgz .agentops
<<after_apply>>
exit "$code"
