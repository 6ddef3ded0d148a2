"""Hostile texts reach a machine byte for byte: the golden playbook of the YAML writer, really played.

tests/unit/ansible_yaml_test.cpp writes the playbook (texts.yml) and says what each file must hold
(texts.json). The machine is a folder of this one.
"""

import json

import harness

GOLDEN = harness.SOURCE / "tests/golden/ansible"
INVENTORY = "all: {hosts: {here: {ansible_connection: local, ansible_python_interpreter: python3}}}\n"
CONFIG = "[defaults]\nretry_files_enabled = False\nhome = {0}/home\nremote_tmp = {0}/tmp\n"


class HostileTexts(harness.E2eTest):
    def test_each_text_arrives_as_it_is(self):
        playbook = harness.tool("ansible-playbook")
        golden = json.loads((GOLDEN / "texts.json").read_text(encoding="utf-8"))
        project = self.project()
        written = project.path("written")
        written.mkdir()
        config = project.write("ansible.cfg", CONFIG.format(project.folder))
        variables = {**golden["variables"], "agentops_dir": str(written)}
        project.write("variables.json", json.dumps(variables))
        project.write("inventory.yml", INVENTORY)
        harness.run(
            [playbook, "-i", "inventory.yml", "-e", "@variables.json", GOLDEN / "texts.yml"],
            env={**project.env, "ANSIBLE_CONFIG": str(config), "LC_ALL": "C.UTF-8"},
            cwd=project.folder, expect=0,
        )
        self.assertEqual(json.loads((written / "all.json").read_bytes()), golden["wanted"])
        files = {path.name: path.read_bytes().decode() for path in written.iterdir()}
        del files["all.json"]
        self.assertGreater(len(files), 8)
        self.assertEqual(files, {name: golden["wanted"][name] for name in files})


if __name__ == "__main__":
    harness.main()
