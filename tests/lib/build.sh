# shellcheck shell=bash
# build_release SOURCE [CMAKE-ARGUMENT...]: configures and builds the release preset.

build_release() (
    cd "$1" || exit
    shift
    cmake --preset release "$@" && cmake --build --preset release
)
