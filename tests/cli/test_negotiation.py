#!/usr/bin/env python3
"""Negotiation at the command line: explore, what-if, pins, prices, observed load, a shared budget, weights."""

import json

import cli

WEB = """\
  net: {kind: network, cidr: 10.1.0.0/16}   # ours since 2019
  web:
    kind: service
    in: net
    image: ubuntu-24.04   # the team knows it
    load: {rps: 120, cpu: 15 ms}
    expose: {port: 443, to: internet}
"""


def shop(objectives, name="shop"):
    return cli.HEAD.format(name=name) + f"objectives: {{{objectives}}}\ncomponents:\n" + WEB


class NegotiationTest(cli.CliTest):
    def frontier(self, project, *args, expect=0):
        (frontier,) = project.agentops_json("explore", "shop", *args, expect=expect)["frontiers"]
        return frontier["designs"]

    def chosen(self, project, *args):
        (design,) = [design for design in self.frontier(project, *args) if design["chosen"]]
        return design

    def test_what_if_is_for_one_look_only(self):
        project = self.project(shop("budget: 200 USD/month, prefer: [availability, cost]"))
        before = project.read("shop.intent.yaml")
        less = self.chosen(project, "--what-if", "budget=110 USD/month")
        self.assertLessEqual(less["cost_usd_per_month"], 110)
        self.assertGreater(self.chosen(project)["cost_usd_per_month"], less["cost_usd_per_month"])
        self.assertEqual(project.read("shop.intent.yaml"), before)
        for word in ("budget", "budget=lots", "beauty=1", "prefer=[beauty]"):
            with self.subTest(word):
                self.assertTrue(cli.codes(project.agentops_json("explore", "shop", "--what-if", word, expect=3)))

    def test_a_pin_writes_one_line_and_keeps_comments(self):
        project = self.project(shop("budget: 200 USD/month"))
        before = project.read("shop.intent.yaml").splitlines()
        project.agentops("explore", "shop", "--pin", "web.count=4")
        after = project.read("shop.intent.yaml").splitlines()
        self.assertEqual([line for line in after if line not in before], ["    count: 4"])
        self.assertEqual([line for line in before if line not in after], [])
        self.assertIn("web.count = 4", project.agentops("explain", "web.count").out)
        for pin in ("web.count=0", "web.count=many", "web.count='4'", "web.count=", "web.colour=red", "nobody.count=1", "web.count"):
            with self.subTest(pin):
                self.assertTrue(cli.codes(project.agentops_json("explore", "shop", "--pin", pin, expect=3)))

    def test_no_design_names_the_conflict_and_the_ways_out(self):
        project = self.project(shop("budget: 20 USD/month, availability: 99.9 %"))
        record = self.refused(project, "negotiate.conflict", 3, "plan")
        self.assertIn("raise the budget to", record["diagnostics"][0]["help"])
        self.assertEqual(record["diagnostics"][0]["position"]["line"], 5)
        self.assert_no_tool(project)

    def test_a_run_keeps_why_its_design_is_as_it_is(self):
        project = self.project(shop("budget: 200 USD/month"))
        run = project.agentops_json("plan")["run"]
        decisions = project.agentops_json("runs", run)["decisions"]["shop"]
        (size,) = [decision for decision in decisions if decision["subject"] == "web.size"]
        self.assertEqual((size["agent"], size["positions"][0]["file"]), ("arbiter", "shop.intent.yaml"))
        self.assertTrue([option for option in size["options"] if option["rejected"]])
        self.assertIn(f"shop: web.size = {size['choice']}", project.agentops("runs", run).out)

    def test_the_picture_is_a_file(self):
        project = self.project(shop("budget: 200 USD/month"))
        project.agentops("explore", "shop", "--svg", "plot.svg")
        self.assertTrue(project.read("plot.svg").startswith("<svg"))

    def test_weights(self):
        cost = self.chosen(self.project(shop("prefer: {cost: 50, availability: 1}")))
        both = self.chosen(self.project(shop("prefer: {cost: 1, availability: 50}")))
        self.assertLess(cost["availability_percent"], both["availability_percent"])
        self.assertLess(cost["cost_usd_per_month"], both["cost_usd_per_month"])
        for objectives in ("prefer: {cost: 0}", "prefer: {cost: -1}", "prefer: {cost: .inf}"):
            with self.subTest(objectives):
                record = self.project(shop(objectives)).agentops_json("check", expect=3)
                self.assertEqual(record["diagnostics"][0]["position"]["line"], 5)

    def test_objectives_that_cannot_be(self):
        for objectives in ("budget: 0 USD/month", "budget: -5 USD/month", "budget: 100", "availability: 100 %",
                           "latency_p95: 0 ms", "latency_p95: 5 GiB", "rpo: 0 s", "prefer: [cost, cost]"):
            with self.subTest(objectives):
                record = self.project(shop(objectives)).agentops_json("check", expect=3)
                self.assertEqual(record["diagnostics"][0]["position"]["line"], 5)

    def test_observed_load_takes_the_place_of_the_stated(self):
        settings = "apiVersion: agentops/v1\ntelemetry: {web: web.csv}\n"
        quiet = "time,rps\n" + "".join(f"2026-11-01T{hour:02}:00:00Z,2\n" for hour in range(24))
        project = self.project({"shop.intent.yaml": shop("budget: 400 USD/month"), "agentops.yaml": settings,
                                "web.csv": quiet})
        less = self.chosen(project)["cost_usd_per_month"]
        project.write("web.csv", quiet.replace(",2\n", ",120\n"))
        self.assertGreater(self.chosen(project)["cost_usd_per_month"], less)
        for text, code in (("time,rps\n", "telemetry.empty"), ("", "telemetry.format"), ("a,b\n1,2\n", "telemetry.format"),
                           ("time,rps\n2026-11-01T00:00:00Z,many\n", "telemetry.value")):
            with self.subTest(code):
                project.write("web.csv", text)
                self.refused(project, code, 3, "check")
        project.path("web.csv").unlink()
        self.refused(project, "project.missing-file", 3, "check")

    def test_own_prices_win_and_age(self):
        settings = "apiVersion: agentops/v1\nprices: {book: own.csv, max_age: 30 d}\n"
        book = "region,service,item,unit,usd,date,source\neu-west-1,ec2,t3.micro,hour,9.5,2020-01-01,us\n"
        project = self.project({"shop.intent.yaml": shop("budget: 200 USD/month"), "agentops.yaml": settings,
                                "own.csv": book})
        (price,) = project.agentops_json("prices", "ec2/t3.micro")["prices"]
        self.assertEqual((price["usd"], price["source"]), (9.5, "us"))
        record = project.agentops_json("check")
        self.assertIn("prices.old", [d["code"] for d in record["diagnostics"]])
        project.write("own.csv", book.replace("9.5", "dear"))
        self.refused(project, "prices.usd", 3, "check")

    def test_a_price_list_of_aws_is_taken(self):
        project = self.project(shop("budget: 200 USD/month"))
        offer = {"offerCode": "AmazonEC2", "publicationDate": "2026-10-01T00:00:00Z", "products": {"A": {
            "sku": "A", "productFamily": "Compute Instance", "attributes": {
                "instanceType": "t3.micro", "regionCode": "eu-west-1", "operatingSystem": "Linux", "tenancy": "Shared",
                "preInstalledSw": "NA", "capacitystatus": "Used", "licenseModel": "No License required"}}},
            "terms": {"OnDemand": {"A": {"A.T": {"priceDimensions": {"A.T.D": {
                "unit": "Hrs", "beginRange": "0", "endRange": "Inf", "pricePerUnit": {"USD": "0.5"}}}}}}}}
        project.write("index.json", json.dumps(offer))
        self.assertEqual(project.agentops_json("prices", "import", "index.json")["imported"]["taken"], 1)
        project.write("agentops.yaml", "apiVersion: agentops/v1\nprices: {book: price-book.csv}\n")
        (price,) = project.agentops_json("prices", "ec2/t3.micro")["prices"]
        self.assertEqual(price["usd"], 0.5)
        for text in ("", "[]", "{}", "no"):
            with self.subTest(text):
                project.write("index.json", text)
                self.assertTrue(cli.codes(project.agentops_json("prices", "import", "index.json", expect=3)))

    def test_no_price_is_written_outside_of_the_project(self):
        project = self.project({"shop.intent.yaml": shop("budget: 200 USD/month"),
                                "agentops.yaml": "apiVersion: agentops/v1\nprices: {book: ../own.csv}\n"})
        outside = project.folder.parent / "own.csv"
        outside.write_text("region,service,item,unit,usd,date,source\n")
        self.addCleanup(outside.unlink)
        self.refused(project, "prices.outside", 3, "prices", "import", "list.json")
        linked = self.project(shop("budget: 200 USD/month"))
        linked.path("price-book.csv").symlink_to(outside)
        self.refused(linked, "prices.outside", 3, "prices", "import", "list.json")

    def test_a_shared_budget_is_never_exceeded_and_does_not_depend_on_order(self):
        names = ("a-shop", "b-shop")
        files = {f"{name}.intent.yaml": shop("budget: 200 USD/month, prefer: [availability, cost]", name)
                 for name in names}
        settings = "apiVersion: agentops/v1\nlimits: {budget: 260 USD/month}\n"
        costs = []
        for order in (names, names[::-1]):
            project = self.project({"agentops.yaml": settings, **{f"{name}.intent.yaml": files[f"{name}.intent.yaml"]
                                                                  for name in order}})
            record = project.agentops_json("explore", *order)
            costs.append({one["stack"]: [d["cost_usd_per_month"] for d in one["designs"] if d["chosen"]]
                          for one in record["frontiers"]})
        self.assertEqual(costs[0], costs[1])
        self.assertLessEqual(sum(cost for (cost,) in costs[0].values()), 260)
        self.assertIn("its share of the 260 USD/month", project.agentops("explain", "budget", "--stack", "a-shop").out)
        project.write("agentops.yaml", settings.replace("260", "100"))
        self.refused(project, "negotiate.shared-budget", 3, "check")

    def test_a_shared_quota_counts_what_nobody_negotiates_too(self):
        plain = cli.HEAD.format(name="plain") + "components:\n" + WEB.replace("    load: {rps: 120, cpu: 15 ms}\n", "")
        files = {"a-shop.intent.yaml": shop("prefer: [availability, cost]", "a-shop"), "plain.intent.yaml": plain}
        settings = "apiVersion: agentops/v1\nlimits: {processors: 12}\n"
        project = self.project({"agentops.yaml": settings, **files})
        said = project.agentops("explain", "processors", "--stack", "a-shop").out
        self.assertIn("its share of the 12 processors that 2 stacks have together is ", said)
        explained = project.agentops_json("explain", "processors")["explain"]["stacks"]
        shares = {stack["stack"]: int(stack["decisions"][0]["choice"]) for stack in explained}
        self.assertEqual(set(shares), {"a-shop", "plain"})
        self.assertLessEqual(sum(shares.values()), 12)
        project.write("agentops.yaml", settings.replace("12", "2"))
        record = self.refused(project, "negotiate.shared-budget", 3, "check")
        self.assertIn("raise it to ", record["diagnostics"][0]["help"])
        for word in ("0", "-1", "many", "1.5"):
            with self.subTest(word):
                project.write("agentops.yaml", settings.replace("12", word))
                self.assertEqual(project.agentops_json("check", expect=3)["diagnostics"][0]["position"]["line"], 2)


if __name__ == "__main__":
    cli.main()
