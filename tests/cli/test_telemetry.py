#!/usr/bin/env python3
"""Observed load: what is listed, and how it is fetched from a Prometheus."""

import http.server
import json
import pathlib
import tempfile
import threading
import urllib.parse
import uuid

import cli

SHOP = cli.HEAD.format(name="shop") + """\
objectives: {budget: 400 USD/month}
components:
  net: {kind: network, cidr: 10.1.0.0/16}
  web: {kind: service, in: net, image: ubuntu-24.04, load: {rps: 120, cpu: 15 ms}, expose: {port: 443, to: internet}}
"""
SETTINGS = """\
apiVersion: agentops/v1
telemetry:
  web: {file: load/web.json, prometheus: "URL", query: 'sum(rate(hits{app="web"}[5m]))', range: 1 d, step: 10 min}
"""


class Prometheus(http.server.BaseHTTPRequestHandler):
    """Answers range queries with samples of 3 requests a second, or as `failure` says."""

    failure, asked = None, []

    def do_GET(self):
        self.asked.append(urllib.parse.urlsplit(self.path))
        answer = self.failure or {"status": "success", "data": {"resultType": "matrix", "result": [
            {"metric": {}, "values": [[1767225600 + 600 * i, "3"] for i in range(20)]}]}}
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(400 if self.failure else 200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class TelemetryTest(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.handler = type("Handler", (Prometheus,), {"asked": []})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler)
        self.addCleanup(self.server.server_close)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def shop(self, settings=SETTINGS):
        return self.project({"shop.intent.yaml": SHOP, "agentops.yaml": settings.replace("URL", self.url)})

    def test_fetched_load_counts_until_it_is_fetched_again(self):
        project = self.shop()
        record = self.refused(project, "project.missing-file", 3, "check")
        self.assertIn("telemetry --fetch", record["diagnostics"][0]["help"])
        (web,) = project.agentops_json("telemetry", "--fetch")["telemetry"]
        self.assertEqual((web["component"], web["peak_rps"], web["samples"]), ("web", 3, 20))
        (asked,) = self.handler.asked
        query = dict(urllib.parse.parse_qsl(asked.query))
        self.assertEqual((asked.path, query["query"], query["step"]),
                         ("/api/v1/query_range", 'sum(rate(hits{app="web"}[5m]))', "600"))
        self.assertEqual(int(query["end"]) - int(query["start"]), 86400)
        self.assertIn("load/web.json, 20 samples", project.agentops("explain", "web.size").out)
        project.agentops("plan")
        self.assertEqual(len(self.handler.asked), 1)
        shown = project.agentops("telemetry").out
        self.assertRegex(shown, r"web +3 rps +3 rps +20 +load/web\.json +http://127")

    def test_what_cannot_be_fetched_leaves_the_file_as_it_was(self):
        project = self.shop()
        project.agentops("telemetry", "--fetch", "web")
        before = project.read("load/web.json")
        for failure, words in (({"status": "error", "error": "parse error: bad"}, "parse error: bad"),
                               ({"status": "success", "data": {"resultType": "matrix", "result": []}}, "no sample"),
                               (b"<html>login</html>", "this is no telemetry")):
            with self.subTest(words):
                self.handler.failure = failure
                record = self.refused(project, "telemetry.fetch", 1, "telemetry", "--fetch")
                self.assertIn(words, record["diagnostics"][0]["message"])
                self.assertEqual(record["diagnostics"][0]["position"]["line"], 3)
                self.assertEqual(project.read("load/web.json"), before)
        self.server.shutdown()
        self.server.server_close()
        self.refused(project, "telemetry.fetch", 1, "telemetry", "--fetch")
        self.assertEqual(project.read("load/web.json"), before)
        project.agentops("check")

    def test_nothing_to_fetch(self):
        self.refused(self.project(SHOP), "telemetry.no-source", 3, "telemetry")
        project = self.shop("apiVersion: agentops/v1\ntelemetry: {web: web.csv}\n")
        project.write("web.csv", "time,rps\n2026-11-01T00:00:00Z,7\n")
        self.assertEqual(project.agentops_json("telemetry")["telemetry"][0]["prometheus"], None)
        for words in (("--fetch",), ("--fetch", "web"), ("--fetch", "db")):
            with self.subTest(words):
                self.refused(project, "telemetry.no-source", 3, "telemetry", *words)

    def test_settings_that_cannot_be(self):
        for old, new in ((", query: 'sum(rate(hits{app=\"web\"}[5m]))'", ""), (', prometheus: "URL"', ""),
                         ("file: load/web.json, ", ""), ("step: 10 min", "step: 0 s"), ("step: 10 min", "step: 2 d")):
            with self.subTest(new or old):
                record = self.shop(SETTINGS.replace(old, new)).agentops_json("check", expect=3)
                self.assertEqual(record["diagnostics"][0]["position"]["line"], 3)
        project = self.shop(SETTINGS.replace('"URL"', '"file:///etc/passwd"'))
        self.refused(project, "telemetry.fetch", 1, "telemetry", "--fetch")

    def test_nothing_is_written_outside_of_the_project(self):
        name = f"{uuid.uuid4().hex}.json"
        for file in (f"../{name}", f"{tempfile.gettempdir()}/{name}", f"link/{name}"):
            with self.subTest(file):
                project = self.shop(SETTINGS.replace("load/web.json", file))
                project.path("link").symlink_to("..")
                record = self.refused(project, "telemetry.fetch", 1, "telemetry", "--fetch")
                self.assertIn("outside of the project", record["diagnostics"][0]["message"])
                self.assertFalse(self.handler.asked)
                for folder in (project.folder.parent, pathlib.Path(tempfile.gettempdir())):
                    self.assertFalse((folder / name).exists())


if __name__ == "__main__":
    cli.main()
