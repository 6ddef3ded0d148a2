#!/usr/bin/env python3
"""Our price list: a discount on machines and databases, as agreed with the seller."""

import json
import sys

AGREED = {"ec2/": 0.72, "rds/": 0.85}  # share of the list price that we pay

request = json.load(sys.stdin)
prices = []
for price in request["slots"]["prices"]:
    share = next((share for start, share in AGREED.items() if price["item"].startswith(start)), None)
    if share is not None:
        prices.append({**price, "usd": round(price["usd"] * share, 6), "date": "2026-01-01",
                       "source": "frame contract 4711"})
json.dump({"format_version": "1", "prices": prices}, sys.stdout)
