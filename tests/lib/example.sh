# shellcheck shell=bash
# What the scripts under examples/ share. A script sets source_dir, sources this, calls example_begin and
# then `run`s the commands that it shows, in a project of its own on an AWS emulator. Environment:
# AGENTOPS is the binary (default: it is built), AGENTOPS_KEEP keeps the temporary folder.

EXAMPLE_DIR=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd) # of the script that sources this file
EXAMPLE=${EXAMPLE_DIR##*/}
source_dir=${source_dir:?}
. "$source_dir/tests/lib/install.sh"
. "$source_dir/tests/lib/build.sh"
. "$source_dir/tests/lib/aws_emulator.sh"
FOLDER= # temporary: the emulator's files, and the project

example_end() {
    emulator_stop
    [[ -z $FOLDER || -n ${AGENTOPS_KEEP:-} ]] || rm -rf "$FOLDER"
}

fail() {
    printf '\n%s: %s\n' "$EXAMPLE" "$1" >&2
    exit 1
}

# Shows a command as one would type it, then runs it.
run() {
    local word
    printf '\n$'
    for word in "$@"; do
        if [[ $word =~ ^[A-Za-z0-9_./:=@,-]+$ ]]; then printf ' %s' "$word"; else printf " '%s'" "$word"; fi
    done
    printf '\n'
    "$@"
}

# Whatever the machine's aws command reads from the environment, it reaches the emulator only.
aws() { command aws --endpoint-url "$EMULATOR_URL" "$@"; }

example_build() {
    install_build_tools
    build_release "$source_dir"
    AGENTOPS=$source_dir/build/release/agentops
}

# Installs and builds what is missing, starts the emulator, and enters a project with the files of the
# example: running it leaves no trace in the source.
example_begin() {
    trap example_end EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    [[ -n ${AGENTOPS:-} ]] || example_build
    PATH=$(cd "$(dirname "$AGENTOPS")" && pwd):$PATH
    install_emulator
    install_terraform
    FOLDER=$(mktemp -d)
    emulator_start "$FOLDER"
    emulator_env "$FOLDER"
    cp -r "$EXAMPLE_DIR" "$FOLDER/project"
    rm -rf "$FOLDER/project/run" "$FOLDER/project/.agentops"
    cd "$FOLDER/project" || exit
    use_tofu
}

# Where there is no Terraform, the project says so.
use_tofu() {
    have terraform && return 0
    [[ -e agentops.yaml ]] || printf 'apiVersion: agentops/v1\n' >agentops.yaml
    printf 'terraform: {binary: tofu}\n' >>agentops.yaml
}

# edit_intent SED-ARGUMENT...: edits the project's intent and shows the difference.
edit_intent() {
    local intent
    intent=$(echo *.intent.yaml)
    cp "$intent" "$FOLDER/before.yaml"
    run sed -i "$@" "$intent"
    if diff -U 1 --label before --label after "$FOLDER/before.yaml" "$intent"; then
        fail "the edit changed nothing"
    fi
}

# approve_and_apply [OPTION-OF-APPROVE...]
approve_and_apply() {
    run agentops approve latest --as you "$@"
    run agentops apply latest
}
