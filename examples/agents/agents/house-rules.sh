#!/bin/sh
# House rules: nothing is called tmp-*, no machine is a t3.nano, and the team that looks after the
# machines knows t3.small best. Needs jq.
exec jq -c '
  [.slots.components[] | select(.kind == "server")] as $servers
  | {
      format_version: "1",
      findings: [
        .slots.components[] | select(.name | startswith("tmp-")) | {
          rule: "temporary-name",
          severity: "medium",
          component: .name,
          message: "\(.name) says that it is temporary",
          remediation: "name it after what it is for"
        }
      ],
      constraints: [
        $servers[] | {component: .name, knob: "size", forbid: ["t3.nano"], reason: "nothing below 1 GiB runs here"}
      ],
      preferences: [
        $servers[] | select(.knobs.size.values | index("t3.small")) | {
          component: .name,
          knob: "size",
          value: "t3.small",
          usd_per_month: 20,
          reason: "the team that looks after it knows this size"
        }
      ]
    }'
