#!/usr/bin/env python3
"""The starter that init writes, in an editor: the real yaml-language-server reads the schema that its first line names."""

import itertools
import json
import queue
import subprocess
import threading

import harness


class LanguageServer:
    """The server, spoken to as an editor does: JSON-RPC over its standard streams."""

    def __init__(self, folder):
        self._numbers, self._answers, self._told = itertools.count(1), queue.Queue(), queue.Queue()
        self._process = subprocess.Popen([harness.tool("yaml-language-server"), "--stdio"], cwd=folder,
                                         env=harness.base_environment(), stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        threading.Thread(target=self._listen, daemon=True).start()
        self.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities={
            "textDocument": {"completion": {"completionItem": {"snippetSupport": False}}}},
            workspaceFolders=[{"uri": folder.as_uri(), "name": "project"}])
        self.tell("initialized")
        self.tell("workspace/didChangeConfiguration", settings={
            "yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}})

    def _send(self, **message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _listen(self):
        stream = self._process.stdout
        while line := stream.readline():
            size = int(line.split(b":")[1])
            while stream.readline().strip():
                pass
            message = json.loads(stream.read(size))
            if "method" not in message:
                self._answers.put(message)
            elif "id" in message:  # it asks for a configuration, or to register something
                items = message["params"].get("items")
                self._send(id=message["id"], result=[None] * len(items) if items else None)
            else:
                self._told.put(message)

    def ask(self, method, **params):
        number = next(self._numbers)
        self._send(id=number, method=method, params=params)
        answer = self._answers.get(timeout=30)
        assert answer["id"] == number and "error" not in answer, answer
        return answer["result"]

    def tell(self, method, **params):
        self._send(method=method, params=params)

    def open(self, path, text, version):
        """Shows it a text as the content of a file; returns what it finds wrong."""
        if version == 1:
            self.tell("textDocument/didOpen", textDocument={
                "uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text})
        else:
            self.tell("textDocument/didChange", textDocument={"uri": path.as_uri(), "version": version},
                      contentChanges=[{"text": text}])
        while True:
            told = self._told.get(timeout=30)
            if told["method"] == "textDocument/publishDiagnostics":
                return told["params"]["diagnostics"]

    def at(self, method, path, text, words, after=0):
        """Asks about the place behind `words` in the text."""
        before = text[:text.index(words) + len(words)]
        return self.ask(f"textDocument/{method}", textDocument={"uri": path.as_uri()}, position={
            "line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1 + after})

    def stop(self):
        self._process.terminate()
        self._process.communicate()


class EditorTest(harness.E2eTest):
    def setUp(self):
        super().setUp()
        self.it = self.project()
        self.it.agentops("init", "shop")
        self.path = self.it.path("shop.intent.yaml")
        self.server = LanguageServer(self.it.folder)
        self.addCleanup(self.server.stop)

    def test_the_starter_is_read_with_its_schema(self):
        text = self.path.read_text()
        self.assertEqual(self.server.open(self.path, text, 1), [])
        hover = json.dumps(self.server.at("hover", self.path, text, "versioned"))
        self.assertIn("keep overwritten and deleted objects", hover)

        wrong = text.replace("versioned: true", "versoined: true").replace("kind: server", "kind: sevrer")
        found = self.server.open(self.path, wrong, 2)
        lines = {problem["range"]["start"]["line"] for problem in found}
        rows = wrong.splitlines()
        for words in ("versoined", "sevrer"):
            row = next(i for i, line in enumerate(rows) if words in line)
            self.assertIn(row, lines, found)

    def test_it_completes_kinds_and_properties(self):
        text = self.path.read_text().replace("  web:\n", "  archive:\n    kind: \n  web:\n", 1)
        self.server.open(self.path, text, 1)
        offered = self.server.at("completion", self.path, text, "archive:\n    kind: ")["items"]
        self.assertLessEqual({"bucket", "database", "network", "playbook", "queue"}, {item["label"] for item in offered})

        text = text.replace("archive:\n    kind: \n", "archive:\n    kind: bucket\n    \n", 1)
        self.server.open(self.path, text, 2)
        offered = self.server.at("completion", self.path, text, "archive:\n    kind: bucket\n    ")["items"]
        labels = {item["label"] for item in offered}
        self.assertIn("versioned", labels)
        self.assertNotIn("engine", labels)

    def test_the_project_file_too(self):
        path = self.it.path("agentops.yaml")
        text = path.read_text()
        self.assertEqual(self.server.open(path, text, 1), [])
        self.assertIn("severity", json.dumps(self.server.at("hover", path, text, "\nfail_on")))
        self.assertTrue(self.server.open(path, text.replace("fail_on: high", "fail_on: hihg"), 2))


if __name__ == "__main__":
    harness.main()
