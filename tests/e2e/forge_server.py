"""The comments and issues of GitHub and GitLab on 127.0.0.1, as far as their REST APIs are used."""

import http.server
import json
import re
import threading
import urllib.parse

PAGE = 100

# (method, path) -> (what is done, kind of thing); {p} is the project, {n} a request, {i} an id.
GITHUB = [
    ("GET", r"/repos/acme/shop/issues/(?P<n>\d+)/comments", "list", "comments"),
    ("POST", r"/repos/acme/shop/issues/(?P<n>\d+)/comments", "add", "comments"),
    ("PATCH", r"/repos/acme/shop/issues/comments/(?P<i>\d+)", "change", "comments"),
    ("GET", r"/repos/acme/shop/issues", "list", "issues"),
    ("POST", r"/repos/acme/shop/issues", "add", "issues"),
    ("PATCH", r"/repos/acme/shop/issues/(?P<i>\d+)", "change", "issues"),
]
PROJECT = r"/projects/(?:42|acme%2Fshop)"
GITLAB = [
    ("GET", PROJECT + r"/merge_requests/(?P<n>\d+)/notes", "list", "comments"),
    ("POST", PROJECT + r"/merge_requests/(?P<n>\d+)/notes", "add", "comments"),
    ("PUT", PROJECT + r"/merge_requests/(?P<n>\d+)/notes/(?P<i>\d+)", "change", "comments"),
    ("GET", PROJECT + r"/issues", "list", "issues"),
    ("POST", PROJECT + r"/issues", "add", "issues"),
    ("PUT", PROJECT + r"/issues/(?P<i>\d+)", "change", "issues"),
]
LONGEST = {"github": 65_536, "gitlab": 1_000_000}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer()

    do_POST = do_PATCH = do_PUT = do_GET

    def answer(self):
        url = urllib.parse.urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        status, said = self.server.forge.handle(self.command, url.path, dict(urllib.parse.parse_qsl(url.query)), body,
                                                self.headers)
        text = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_arguments):
        pass


class Forge:
    """`kind` is github or gitlab. What is there: `comments` by request, and `issues`.

    `user` is who the token belongs to: None for an app of GitHub's, which may not ask and writes as a bot.
    """

    token = "forge-token-1234567890"

    def __init__(self, kind):
        self.kind = kind
        self.comments, self.issues, self.calls = {}, [], []
        self.readonly = False
        self.user = None if kind == "github" else "project_42_bot"
        self._next = 1000
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.forge = self
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def add_comment(self, request, body, user="eve"):
        """A comment of somebody."""
        return self._add("comments", request, {"body": body}, user)

    def handle(self, method, path, query, body, headers):
        given = headers.get("Authorization", "").removeprefix("Bearer ") if self.kind == "github" else headers.get("PRIVATE-TOKEN")
        if given != self.token:
            return 401, {"message": "Bad credentials"}
        if (method, path) == ("GET", "/user"):
            if self.user is None:
                return 403, {"message": "Resource not accessible by integration"}
            return 200, {"login" if self.kind == "github" else "username": self.user}
        for wanted, pattern, action, what in GITHUB if self.kind == "github" else GITLAB:
            found = re.fullmatch(pattern, path)
            if wanted == method and found:
                if action != "list":
                    self.calls.append(f"{action} {what}")
                    if self.readonly:
                        return 403, {"message": "Resource not accessible by integration"}
                return getattr(self, "_do_" + action)(what, found.groupdict(), query, body)
        return 404, {"message": "Not Found"}

    def _things(self, what, request):
        return self.issues if what == "issues" else self.comments.setdefault(request, [])

    def _do_list(self, what, names, query, _body):
        things = self._things(what, names.get("n"))
        if what == "issues":
            things = [issue for issue in things if issue["state"] == query["state"] and query["labels"] in issue["labels"]]
        size, page = int(query.get("per_page", 20)), int(query.get("page", 1))
        if size > PAGE:
            return 400, {"message": "per_page"}
        return 200, things[(page - 1) * size: page * size]

    def _do_add(self, what, names, _query, body):
        if len(body.get("body", body.get("description", ""))) > LONGEST[self.kind]:
            return 422, {"message": "Body is too long"}
        return 201, self._add(what, names.get("n"), body, self.user)

    def _author(self, user):
        if self.kind == "gitlab":
            return {"author": {"username": user}}
        return {"user": {"login": user or "github-actions[bot]", "type": "User" if user else "Bot"}}

    def _add(self, what, request, body, user):
        self._next += 1
        made = {**body, "id": self._next, **self._author(user)}
        if what == "issues":
            made["number" if self.kind == "github" else "iid"] = self._next
            labels = body.get("labels", [])
            made["labels"] = labels.split(",") if isinstance(labels, str) else labels
            made["state"] = "open" if self.kind == "github" else "opened"
        if self.kind == "github":
            made["html_url"] = f"https://github.com/acme/shop/{what}/{self._next}"
        elif what == "issues":
            made["web_url"] = f"https://gitlab.com/acme/shop/-/issues/{self._next}"
        self._things(what, request).append(made)
        return made

    def _do_change(self, what, names, _query, body):
        key = "id" if what == "comments" else "number" if self.kind == "github" else "iid"
        everything = self.issues if what == "issues" else [one for each in self.comments.values() for one in each]
        for thing in everything:
            if thing[key] == int(names["i"]):
                thing.update(body)
                if body.get("state_event") == "close":
                    thing["state"] = "closed"
                return 200, thing
        return 404, {"message": "Not Found"}
