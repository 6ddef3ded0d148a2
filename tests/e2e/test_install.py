#!/usr/bin/env python3
"""What cpack makes, in a Debian that has nothing else: the .deb and the container file of it, and the tarball.

The fresh Debian comes from mmdebstrap; buildah makes the image of .package/Containerfile from it and
runs in it. Nothing is fetched but Debian's packages.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import harness

USER = 1000  # the id of the image's user
PREFIX = ["--root", "{0}/store", "--runroot", "{0}/run", "--storage-driver", "vfs"]


class Images:
    """Buildah with a store of its own; it needs no daemon, and no registry for what we build."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {**harness.base_environment(), "BUILDAH_ISOLATION": "chroot", "TMPDIR": str(folder)}

    def __call__(self, *args, expect=0):
        options = [option.format(self.folder) for option in PREFIX]
        command = [harness.tool("buildah"), *options, *args]
        return harness.run(command, env=self.environment, cwd=self.folder, expect=expect)

    def from_files(self, image, *sources):
        """An image that holds just these: (file or tar, its place)."""
        made = self("from", "scratch").out.strip()
        for source, place in sources:
            self("add", made, source, place)
        self("commit", "--rm", made, image)

    def start(self, image):
        """A container of the image."""
        return self("from", "--pull-never", image).out.strip()

    def run(self, container, *args, volumes=(), env=None, **options):
        """Runs a command in a container, as its own user."""
        words = [word for volume in volumes for word in ("--volume", volume)]
        words += [word for name, value in (env or {}).items() for word in ("--env", f"{name}={value}")]
        return self("run", *words, container, "--", *args, **options)


class InstallTest(harness.AwsTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="agentops-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.images = Images(cls.folder)
        cls.deb, cls.tarball = cls.package("DEB", "*.deb"), cls.package("TGZ", "*.tar.gz")
        fresh = cls.folder / "fresh.tar"
        subprocess.run([harness.tool("mmdebstrap"), "--quiet", "--variant=minbase", "--include=ca-certificates",
                        cls.release(), fresh], check=True, env=harness.base_environment())
        cls.images.from_files("localhost/debian", (fresh, "/"))
        fresh.unlink()

    @classmethod
    def package(cls, generator, pattern):
        """What cpack makes of the build under test."""
        build = pathlib.Path(harness.agentops_binary()).resolve().parent
        folder = cls.folder / generator
        subprocess.run([harness.tool("cpack"), "--config", build / "CPackConfig.cmake", "-G", generator, "-B", folder],
                       check=True, cwd=build, stdout=subprocess.DEVNULL)
        return next(folder.glob(pattern))

    @staticmethod
    def release():
        """The codename of this system: a .deb belongs to the release that it was built on."""
        return re.search(r"(?m)^VERSION_CODENAME=(\S+)", pathlib.Path("/etc/os-release").read_text())[1]

    def in_project(self, name):
        """A folder with the quickstart's intent that every user may write to, and how a container sees it."""
        project = self.project({f"{name}.intent.yaml": (harness.SOURCE / "examples/quickstart/quickstart.intent.yaml")
                                .read_text()})
        subprocess.run(["chmod", "-R", "a+rwX", project.folder], check=True)
        return project, f"{project.folder}:/work"

    def tools(self):
        """The volumes and variables by which Terraform in a container reaches providers and the emulator."""
        config = pathlib.Path(self.emulator.environment["TF_CLI_CONFIG_FILE"])
        shared = self.folder / "terraform.rc"
        shutil.copy(config, shared)
        shared.chmod(0o644)
        self.folder.chmod(0o755)
        mirror = re.search(r'path\s*=\s*"([^"]+)"', shared.read_text())
        volumes = [f"{shared}:/etc/terraform.rc:ro"]
        volumes += [f"{mirror[1]}:{mirror[1]}:ro"] if mirror else []
        env = {**self.emulator.environment, "TF_CLI_CONFIG_FILE": "/etc/terraform.rc"}
        return volumes, env

    def test_the_package_keeps_to_debians_rules(self):
        found = harness.run([harness.tool("lintian"), "--allow-root", "--fail-on", "error,warning", self.deb],
                            env=harness.base_environment(), cwd=self.folder, expect=0)
        self.assertNotRegex(found.out, r"(?m)^[EW]: ")

    def test_the_deb_in_a_fresh_root_plans_the_quickstart(self):
        context = self.folder / "context"
        (context / "build/release").mkdir(parents=True)
        shutil.copy(self.deb, context / "build/release")
        self.images.from_files("localhost/tool", (harness.terraform(), "/usr/local/bin/tofu"))
        self.images("build", "--pull-never", "-f", harness.SOURCE / ".package/Containerfile", "-t", "localhost/agentops",
                    "--build-arg", "BASE=localhost/debian", "--build-arg", "TOFU=localhost/tool", context)
        container = self.images.start("localhost/agentops")
        project, work = self.in_project("quickstart")
        volumes, env = self.tools()

        checked = self.images.run(container, "agentops", "check", "--json", volumes=[work])
        self.assertEqual(checked.json["exit"], 0)
        planned = self.images.run(container, "agentops", "plan", "--param", f"endpoint={self.emulator.url}",
                                  volumes=[work, *volumes], env=env)
        self.assertRegex(planned.out, r"\d+ to create")
        self.assertTrue((project.folder / ".agentops/runs").is_dir())
        who = self.images.run(container, "id", "-un")
        self.assertEqual(who.out.strip(), "agentops")
        self.walk(container, volumes, env)
        for place in ("/usr/share/man/man1/agentops-plan.1.gz", "/usr/share/bash-completion/completions/agentops",
                      "/usr/share/zsh/vendor-completions/_agentops", "/usr/share/doc/agentops/copyright"):
            self.images.run(container, "test", "-s", place)
        self.images("run", "--user", "root", container, "--", "dpkg", "--purge", "agentops")
        self.images.run(container, "test", "!", "-e", "/usr/bin/agentops")

    def walk(self, container, volumes, env):
        """What somebody new does: init, the hook, a commit with a mistake, its mending, a plan."""
        folder = self.project({}).folder
        os.chown(folder, USER, USER)  # git trusts no folder of somebody else

        def does(command, expect=0):
            return self.images.run(container, "sh", "-c", command, volumes=[f"{folder}:/work", *volumes], env=env,
                                   expect=expect)

        does("git init -q -b main && git config user.email ann@example.com && git config user.name Ann")
        self.assertIn("agentops check", does("agentops init shop").out)
        self.assertIn("installed: ", does("agentops hook install").out)
        does("git add -A && git commit -qm 'What the shop needs'")
        does("sed -i 's/versioned/versoined/' shop.intent.yaml")
        refused = does("git commit -qam 'Keep versions'", expect=1)
        self.assertRegex(refused.out + refused.err, r"shop\.intent\.yaml:23:5(.|\n)*did you mean 'versioned'\?")
        does("sed -i 's/versoined/versioned/; s,# endpoint: http://127.0.0.1:5000,endpoint: '$AWS_ENDPOINT_URL',' "
             "shop.intent.yaml")
        does("git commit -qam 'Keep versions' && test -z \"$(git status --porcelain)\"")
        planned = does("agentops plan")
        self.assertRegex(planned.out, r"next: agentops approve (.|\n)*\n\d+ to create, 0 to update")

    def test_the_tarball_runs_from_any_folder_of_a_bare_system(self):
        container = self.images.start("localhost/debian")
        self.images("add", container, self.tarball, "/unpacked")
        _, work = self.in_project("shop")
        self.images.run(container, "sh", "-c", "mv /unpacked/agentops-* /moved && rmdir /unpacked")
        self.images("config", "--workingdir", "/work", container)
        program = "/moved/bin/agentops"
        self.assertIn("agentops ", self.images.run(container, program, "--version").out)
        self.assertEqual(self.images.run(container, program, "check", "--json", volumes=[work]).json["exit"], 0)
        # libgit2, which is among the libraries that go along, opens a repository.
        refused = self.images.run(container, program, "hook", "status", volumes=[work], expect=3)
        self.assertIn("git", refused.err)
        linked = self.images.run(container, "ldd", program).out
        self.assertNotIn("not found", linked)
        self.assertNotRegex(linked, r"libstdc\+\+|libgcc_s|=> /usr/local")
        for library in re.findall(r"=> (\S+)", linked):
            known = library.startswith("/moved/") or re.search(r"/lib(c|m|resolv)\.so", library)
            self.assertTrue(known, library)


if __name__ == "__main__":
    harness.main()
